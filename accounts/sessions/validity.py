"""Checks which sessions are still valid, for open connections that see no further request.

It reads only, unless the clock was set back.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import Session, User
from accounts.passwords.validators import second_factor_required
from accounts.sessions.engine import SLACK, SessionStore, pull_back, times


class SessionInfo(NamedTuple):
    """Holds a valid session: its user, whether they are staff, and when it ends at the latest."""

    session: UUID
    user: int
    staff: bool
    ends: datetime


def authenticate(key: str, now: Callable[[], datetime] = timezone.now) -> SessionInfo | None:
    """Returns the session of this cookie; None if it is not valid. Two queries."""
    session = SessionStore(key)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS or session.row is None:
        return None
    return valid_sessions([session.row.pk], now).get(session.row.pk)


def valid_sessions(sessions: Collection[UUID], now: Callable[[], datetime] = timezone.now) -> dict[UUID, SessionInfo]:
    """Returns the given sessions that are still valid. Takes one query for any number of sessions, none for none.

    A session is no longer valid if it was signed out or ended, has passed its idle or absolute limit, if the password
    changed, or if the user was deactivated or deleted. It is not valid either while its user lacks a required second
    factor or must replace their password. A session made under a secret key that is now a fallback stays valid.
    """
    if not sessions:
        return {}
    moment = now()
    latest = times(moment)["expire_date"] + SLACK
    ready = {} if settings.DEBUG else {"user__provisional_until": None}  # accounts/passwords/provisional.py
    rows = Session.objects.filter(pk__in=sessions, expire_date__gt=moment, user__is_active=True, **ready)
    columns = ("id", "expire_date", "ends", "auth_hash", "factor", "user_id", "user__password", "user__is_staff")
    owner = cache(_owner)  # many of the sessions may belong to one user
    valid = {}
    factor = Exists(Authenticator.objects.filter(user=OuterRef("user")))
    for session, expires, ends, auth_hash, has_factor, *known in rows.annotate(factor=factor).values_list(*columns):
        user, hashes = owner(*known)
        if expires > latest and (row := Session.objects.filter(pk=session).first()):  # the clock was set back
            pull_back(row, moment)
            ends = row.ends
        if _is_one(auth_hash, hashes) and (has_factor or not second_factor_required(user)):
            valid[session] = SessionInfo(session, user.pk, user.is_staff, ends)
    return valid


def _owner(pk: int, password: str, is_staff: bool) -> tuple[User, list[str]]:  # noqa: FBT001 - a row
    """Returns a user and the hashes that their sessions may carry: from the password and each secret key."""
    user = User(pk=pk, password=password, is_staff=is_staff)
    return user, [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]


def _is_one(value: str, hashes: list[str]) -> bool:
    return any(constant_time_compare(value, each) for each in hashes)
