"""Remembers why a session ended, for the sign-in page to say.

The row of an expired session shows its reason. For a session that was ended, a row of EndedSession keeps the reason
for a day. A redirect to the sign-in page carries the reason as a cookie, because the session's own cookie is deleted
by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin

from accounts import humanize
from accounts.models import EndedSession, Session
from accounts.sessions.engine import digest

LASTS = timedelta(days=1)
COOKIE_LASTS = 300  # seconds; the very next page reads it
IDLE, ABSOLUTE = "idle", "absolute"
SAYS = {  # keys: the reasons of docs/security-events.md, and the two limits
    IDLE: "You were signed out after {idle} without use.",
    ABSOLUTE: "You were signed out after {absolute}: no session lasts longer.",
    "owner": "You were signed out from another device.",
    "limit": "You were signed out here, because you signed in on more than {most} devices.",
    "staff": "You were signed out by an administrator.",
    "password changed": "You were signed out, because your password was changed.",
    "password reset": "You were signed out, because your password was set anew by a link.",
    "second factor changed": "You were signed out, because your second factors were changed.",
    "deactivated": "You were signed out, because your account was deactivated.",
}


def remember(sessions: QuerySet[Session], reason: str, now: datetime) -> None:
    """Notes the reason for each session of a signed-in user, before the rows are deleted."""
    keys = sessions.exclude(user=None).values_list("key_hash", flat=True)
    rows = [EndedSession(key_hash=key, reason=reason, at=now) for key in keys]
    EndedSession.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def sweep(now: datetime) -> None:
    """Deletes the expired sessions, and remembers why they ended."""
    for row in Session.objects.filter(expire_date__lte=now).order_by("pk")[:1000]:
        remember(Session.objects.filter(pk=row.pk), _limit(row), now)
    Session.objects.filter(expire_date__lte=now).delete()


def outlived(now: datetime) -> QuerySet[EndedSession]:
    """Returns the remembered sessions that are older than a day."""
    return EndedSession.objects.filter(at__lt=now - LASTS)


def reason_of(key: str, now: datetime) -> str:
    """Returns the reason why the session with this key has ended; "" if it is valid or the reason is unknown."""
    hashed = digest(key)
    row = Session.objects.filter(key_hash=hashed).exclude(user=None).first()
    if row is not None:
        return _limit(row) if row.expire_date <= now else ""
    kept = EndedSession.objects.filter(key_hash=hashed, at__gt=now - LASTS).first()
    return kept.reason if kept else ""


def sentence(request: HttpRequest) -> str:
    """Returns the sentence that the sign-in page shows to this browser; "" for none."""
    reason = request.COOKIES.get(_cookie()) or _of(request)
    limits = {"idle": settings.SESSION_IDLE, "absolute": settings.SESSION_ABSOLUTE}
    spans = {name: humanize.span(timedelta(seconds=seconds)) for name, seconds in limits.items()}
    return SAYS.get(reason, "").format(most=settings.SESSION_LIMIT, **spans)


class EndedMiddleware(MiddlewareMixin):
    """Sends the reason to the sign-in page as a cookie, and deletes it there. Stands after SessionMiddleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.resolver_match and request.resolver_match.url_name == "sign-in":
            if _cookie() in request.COOKIES:
                response.delete_cookie(_cookie(), samesite="Lax")
        elif request.session.accessed and (reason := _of(request)) in SAYS:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(_cookie(), reason, max_age=COOKIE_LASTS, secure=secure, httponly=True, samesite="Lax")
        return response


def _of(request: HttpRequest) -> str:
    """Returns why the browser's session has ended. Takes no query without its cookie, or while it is valid."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return reason_of(key, timezone.now()) if key and request.session.session_key is None else ""


def _cookie() -> str:
    return "__Host-ended" if settings.SESSION_COOKIE_SECURE else "ended"


def _limit(row: Session) -> str:
    return ABSOLUTE if row.expire_date >= row.ends else IDLE
