"""What keeps a session alive: its owner opens a page, sends a form, or uses a page that is open.

Nothing that runs by itself does: no socket, no poll, no prefetch. Of keys, pointer and scrolling on an open page the
page tells at most once a minute (`used` of accounts/views/sessions.py), and only when there were any.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts.models import Session
from accounts.sessions.engine import SessionStore, expiry

STEP = timedelta(minutes=1)  # no write more often than that: a session may idle out so much too early


def counts(request: HttpRequest) -> bool:
    """Whether a person did this, as far as the browser says; what says nothing does not count.

    A browser marks a page that is opened, or a form that is sent, with Sec-Fetch-Mode: navigate (Fetch Metadata,
    https://www.w3.org/TR/fetch-metadata/), over HTTPS and to localhost. Elsewhere it asks for text/html, as scripts do
    not. Our own scripts say X-Background besides, who prefetches Sec-Purpose; an API token stands for itself.
    """
    headers = request.headers
    if any(mark in headers for mark in ("X-Background", "Sec-Purpose", "Authorization")):
        return False
    if mode := headers.get("Sec-Fetch-Mode"):
        return bool(mode == "navigate")
    return "text/html" in headers.get("Accept", "")


def touch(session: SessionStore, now: datetime) -> None:
    """Its owner was here. A plain UPDATE: it moves nothing back and brings back no session that has ended."""
    row = session.row
    if row is None or now - row.seen < min(STEP, timedelta(seconds=settings.SESSION_IDLE) / 10):
        return
    changed = {"seen": now, "expire_date": expiry(now, row.ends)}
    if Session.objects.filter(pk=row.pk, seen__lt=now, expire_date__gt=now).update(**changed):
        row.seen, row.expire_date = now, changed["expire_date"]


class ActivityMiddleware(MiddlewareMixin):
    """Stands after AuthenticationMiddleware."""

    def process_request(self, request: HttpRequest) -> None:
        if counts(request) and request.user.is_authenticated and isinstance(request.session, SessionStore):
            touch(request.session, timezone.now())
