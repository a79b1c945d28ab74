"""Keeps a session alive when its owner opens a page, sends a form, or uses an open page.

No automatic request does: no socket, no poll, no prefetch. An open page reports keys, pointer and scrolling at most
once a minute, and only if there were any (`used` of accounts/views/sessions.py).
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts.models import Session
from accounts.sessions.engine import SessionStore, expiry

STEP = timedelta(minutes=1)  # least time between writes; a session may idle out this much too early


def counts(request: HttpRequest) -> bool:
    """Returns whether a person made this request, as far as the browser says. Requests without a mark do not count.

    A browser marks an opened page or a sent form with Sec-Fetch-Mode: navigate (Fetch Metadata,
    https://www.w3.org/TR/fetch-metadata/), over HTTPS and to localhost. Elsewhere a page is opened by asking for
    text/html, and scripts do not ask for that. Our own scripts also send X-Background and prefetches send Sec-Purpose.
    A request with an API token never counts.
    """
    headers = request.headers
    if any(mark in headers for mark in ("X-Background", "Sec-Purpose", "Authorization")):
        return False
    if mode := headers.get("Sec-Fetch-Mode"):
        return bool(mode == "navigate")
    return "text/html" in headers.get("Accept", "")


def touch(session: SessionStore, now: datetime) -> None:
    """Notes that the owner was here. A plain UPDATE moves no time back and revives no ended session."""
    row = session.row
    if row is None or now - row.seen < min(STEP, timedelta(seconds=settings.SESSION_IDLE) / 10):
        return
    changed = {"seen": now, "expire_date": expiry(now, row.ends)}
    if Session.objects.filter(pk=row.pk, seen__lt=now, expire_date__gt=now).update(**changed):
        row.seen, row.expire_date = now, changed["expire_date"]


class ActivityMiddleware(MiddlewareMixin):
    """Touches the session of each request that a person made. Stands after AuthenticationMiddleware."""

    def process_request(self, request: HttpRequest) -> None:
        if counts(request) and request.user.is_authenticated and isinstance(request.session, SessionStore):
            touch(request.session, timezone.now())
