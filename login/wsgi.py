"""What uWSGI serves: pages and JSON, no sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
application = get_wsgi_application()
