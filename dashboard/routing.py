"""The addresses of sockets."""

from channels.routing import URLRouter
from django.urls import path, re_path
from django.utils import timezone

from accounts.sessions import enter, living
from dashboard.consumers import LiveConsumer, UnknownSocket
from dashboard.hub import Hub
from dashboard.snapshots import Snapshots

sockets = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi(hub=Hub(Snapshots(timezone.now), living, timezone.now), enter=enter)),
        re_path("", UnknownSocket.as_asgi()),
    ]
)
