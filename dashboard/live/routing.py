"""The addresses of sockets."""

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path, re_path
from django.utils import timezone

from accounts.sessions import SessionInfo, authenticate, valid_sessions
from dashboard.live.consumers import LiveConsumer, UnknownSocket
from dashboard.live.gc_policy import Collector
from dashboard.live.hub import Hub
from dashboard.live.session_guard import SessionGuard
from dashboard.live.snapshots import Snapshots

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
