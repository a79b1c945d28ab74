"""Makes the parts of the live updates, once in a process: snapshots, guard, garbage collector and hub."""

from django.conf import settings
from django.utils import timezone

from accounts.sessions import SessionInfo, authenticate, valid_sessions
from dashboard.live.door import Door
from dashboard.live.gc_policy import Collector
from dashboard.live.hub import Hub
from dashboard.live.session_guard import SessionGuard
from dashboard.live.snapshots import Snapshots

snapshots = Snapshots(timezone.now)


def permits(topic: str, session: SessionInfo) -> bool:
    """Returns whether the user of a session may see a topic."""
    return snapshots.permits(topic, staff=session.staff, user=session.user)


guard = SessionGuard(valid_sessions, permits, timezone.now)
door = Door(authenticate)
collector = Collector()
hub = Hub(snapshots, guard, timezone.now, collector, most=lambda: settings.SOCKET_LIMIT)
