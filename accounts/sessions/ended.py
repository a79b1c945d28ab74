"""Why a session ended, for the sign-in page to say.

A session that runs out says why by its own row. For one that was ended, a row of EndedSession remembers the reason for
a day. Where a page leads to the sign-in page, the reason goes along as a cookie: the session's own cookie is deleted
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
COOKIE_LASTS = 300  # seconds: it is read by the very next page
IDLE, ABSOLUTE = "idle", "absolute"
SAYS = {  # by the reasons of docs/security-events.md, and the two limits
    IDLE: "You were signed out after {idle} without use.",
    ABSOLUTE: "You were signed out after {absolute}: no session lasts longer.",
    "owner": "You were signed out from another device.",
    "limit": "You were signed out here, because you signed in on more than {most} devices.",
    "staff": "You were signed out by a member of staff.",
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
    """Deletes the sessions that have run out, and remembers why."""
    for row in Session.objects.filter(expire_date__lte=now).order_by("pk")[:1000]:
        remember(Session.objects.filter(pk=row.pk), _limit(row), now)
    Session.objects.filter(expire_date__lte=now).delete()


def outlived(now: datetime) -> QuerySet[EndedSession]:
    """What need not be remembered any more."""
    return EndedSession.objects.filter(at__lt=now - LASTS)


def why(key: str, now: datetime) -> str:
    """The reason why the session with this key has ended; "" when it lives, or when nobody knows."""
    hashed = digest(key)
    row = Session.objects.filter(key_hash=hashed).exclude(user=None).first()
    if row is not None:
        return _limit(row) if row.expire_date <= now else ""
    kept = EndedSession.objects.filter(key_hash=hashed, at__gt=now - LASTS).first()
    return kept.reason if kept else ""


def sentence(request: HttpRequest) -> str:
    """What the sign-in page says to this browser; "" for nothing."""
    reason = request.COOKIES.get(_cookie()) or _of(request)
    limits = {"idle": settings.SESSION_IDLE, "absolute": settings.SESSION_ABSOLUTE}
    spans = {name: humanize.span(timedelta(seconds=seconds)) for name, seconds in limits.items()}
    return SAYS.get(reason, "").format(most=settings.SESSION_LIMIT, **spans)


class EndedMiddleware(MiddlewareMixin):
    """Gives the reason along to the sign-in page, which takes it away. Stands after SessionMiddleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.resolver_match and request.resolver_match.url_name == "sign-in":
            if _cookie() in request.COOKIES:
                response.delete_cookie(_cookie(), samesite="Lax")
        elif request.session.accessed and (reason := _of(request)) in SAYS:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(_cookie(), reason, max_age=COOKIE_LASTS, secure=secure, httponly=True, samesite="Lax")
        return response


def _of(request: HttpRequest) -> str:
    """Why the session that the browser still believes in has ended. No query without its cookie, or while it lives."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return why(key, timezone.now()) if key and request.session.session_key is None else ""


def _cookie() -> str:
    return "__Host-ended" if settings.SESSION_COOKIE_SECURE else "ended"


def _limit(row: Session) -> str:
    return ABSOLUTE if row.expire_date >= row.ends else IDLE
