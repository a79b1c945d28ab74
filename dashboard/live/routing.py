"""The addresses of sockets."""

from channels.routing import URLRouter
from django.urls import path, re_path

from dashboard.live.consumers import LiveConsumer, UnknownSocket
from dashboard.live.service import door, hub

sockets = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi(hub=hub, door=door)),
        re_path("", UnknownSocket.as_asgi()),
    ]
)
