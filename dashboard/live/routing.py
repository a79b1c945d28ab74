"""The addresses of sockets."""

from channels.routing import URLRouter
from django.urls import path, re_path

from accounts.sessions import authenticate
from dashboard.live.consumers import LiveConsumer, UnknownSocket
from dashboard.live.service import hub

sockets = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi(hub=hub, enter=authenticate)),
        re_path("", UnknownSocket.as_asgi()),
    ]
)
