"""What uWSGI serves: pages and JSON, no sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
application = get_wsgi_application()

from login.checks import refuse_if_unsafe  # noqa: E402 - it needs Django set up
from watching import starting  # noqa: E402 - as above

refuse_if_unsafe()
starting.begin_after_fork()
