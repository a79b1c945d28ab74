"""The application that uvicorn serves: pages, JSON and sockets."""

import gc

from channels.routing import ProtocolTypeRouter
from channels.sessions import CookieMiddleware
from django.core.asgi import get_asgi_application
from django.db import connections

from login.entry import import_pages, read_settings

gc.disable()  # until all is imported: imports leave no garbage
read_settings()
pages = get_asgi_application()  # sets Django up for the imports below

from dashboard.live.routing import sockets  # noqa: E402 - as above
from dashboard.live.service import collector, hub  # noqa: E402 - as above
from login.checks import refuse_if_unsafe  # noqa: E402 - as above
from login.unreadable import AsgiRequest  # noqa: E402 - as above
from login.websocket_origin import SameOrigin  # noqa: E402 - as above
from monitoring import startup  # noqa: E402 - as above

refuse_if_unsafe()
import_pages()
pages.request_class = AsgiRequest
connections.settings["default"]["CONN_MAX_AGE"] = 0  # threads come and go here, and would leave their connections open
startup.begin({"sockets": hub.sockets})
application = ProtocolTypeRouter(
    {"http": pages, "websocket": collector.counts(SameOrigin(CookieMiddleware(sockets)))},
)
gc.freeze()  # imported objects live as long as the process; keep the garbage collector off them
gc.enable()
