"""The addresses of sockets."""

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path, re_path
from django.utils import timezone

from accounts.sessions import SessionInfo, authenticate, valid_sessions
from dashboard.consumers import LiveConsumer, UnknownSocket
from dashboard.garbage import Collector
from dashboard.guard import SessionGuard
from dashboard.hub import Hub
from dashboard.snapshots import Snapshots

snapshots = Snapshots(timezone.now)


def permits(topic: str, standing: SessionInfo) -> bool:
    return snapshots.permits(topic, staff=standing.staff)


guard = SessionGuard(valid_sessions, permits, timezone.now)
collector = Collector()
hub = Hub(snapshots, guard, timezone.now, collector, most=lambda: settings.SOCKET_LIMIT)
sockets = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi(hub=hub, enter=authenticate)),
        re_path("", UnknownSocket.as_asgi()),
    ]
)
