"""Begins and ends sessions. Each end is written to the security log, and closes the session's sockets within 5 s.

`reason` is one of the words of docs/security-events.md; `by` names the actor if it is not the owner.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import client, events, humanize
from accounts.guards import person
from accounts.models import Session, User
from accounts.sessions import ended
from accounts.sessions.engine import SessionStore
from accounts.sessions.validity import valid_sessions


def begin(request: HttpRequest, user: User, now: datetime) -> None:
    """Begins a session of full length under a new key at sign-in, and ends the oldest ones beyond SESSION_LIMIT."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # serializes sign-ins of the same user
        ended.sweep(now)
        address = client.address(request.META.get("REMOTE_ADDR", ""))
        store(request).renew(now, address, client.device(request.META.get("HTTP_USER_AGENT", "")))
        surplus = (
            other_sessions(request, user).order_by("-began")[settings.SESSION_LIMIT - 1 :].values_list("pk", flat=True)
        )
        _end(user.sessions.filter(pk__in=list(surplus)), user, request, "limit")


def store(request: HttpRequest) -> SessionStore:
    """Returns the request's session, as our class."""
    session = request.session
    assert isinstance(session, SessionStore)
    return session


def current(request: HttpRequest) -> Session:
    """Returns the session of a signed-in user's request."""
    row = store(request).row
    assert row is not None
    return row


def limits(row: Session, now: datetime) -> dict[str, int]:
    """Returns the seconds until the session ends: `left` if it is not used any more, `rest` at the latest."""
    return {"left": int((row.expire_date - now).total_seconds()), "rest": int((row.ends - now).total_seconds())}


def idle() -> str:
    """Returns the idle limit in words."""
    return humanize.span(timedelta(seconds=settings.SESSION_IDLE))


def session_limit() -> int:
    """Returns the largest number of sessions for one user."""
    return int(settings.SESSION_LIMIT)


def other_sessions(request: HttpRequest, user: User) -> QuerySet[Session]:
    """Returns a user's sessions except the one of this request."""
    return user.sessions.exclude(pk=current(request).pk)


def own_sessions(request: HttpRequest) -> list[Session]:
    """Returns the user's valid sessions: this one first, then by the latest use."""
    here = current(request)
    rows = {row.pk: row for row in other_sessions(request, person(request)).order_by("-seen")}
    valid = valid_sessions(rows)
    return [here, *(row for key, row in rows.items() if key in valid)]


def end_one(request: HttpRequest, session: UUID, reason: str = "owner") -> Session | None:
    """Ends another session of the user. Returns it; None if it is not theirs or has ended already."""
    user = person(request)
    chosen = other_sessions(request, user).filter(pk=session)
    row = chosen.first()
    return row if _end(chosen, user, request, reason) else None


def end_others(request: HttpRequest, reason: str = "owner") -> int:
    """Ends the user's other sessions. Returns their number."""
    user = person(request)
    return _end(other_sessions(request, user), user, request, reason)


def end_all(user: User, reason: str, request: HttpRequest | None = None, by: str = "") -> int:
    """Ends every session of a user. Returns their number."""
    return _end(user.sessions.all(), user, request, reason, by)


def end_everybody(by: str) -> int:
    """Ends every session of every user. Returns their number."""
    ended.remember(Session.objects.all(), "staff", timezone.now())
    count, _ = Session.objects.all().delete()
    events.record("sessions.ended", by=by, count=count)
    return count


def _end(sessions: QuerySet[Session], user: User, request: HttpRequest | None, reason: str, by: str = "") -> int:
    ended.remember(sessions, reason, timezone.now())
    count, _ = sessions.delete()
    facts = {"by": by} if by else {}
    if count:
        events.record("session.ended", user=user, request=request, reason=reason, count=count, **facts)
    return count
