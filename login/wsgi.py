"""The application that uWSGI serves: pages and JSON, no sockets."""

from django.core.wsgi import get_wsgi_application

from login.entry import import_pages, read_settings

read_settings()
application = get_wsgi_application()

from login.checks import refuse_if_unsafe  # noqa: E402 - it needs Django set up
from login.unreadable import WsgiRequest  # noqa: E402 - as above
from monitoring import startup  # noqa: E402 - as above

refuse_if_unsafe()
import_pages()
application.request_class = WsgiRequest
startup.begin_after_fork()
