"""Which sessions still live; for those who hold a connection open and see no further request."""

from collections.abc import Callable, Collection
from datetime import datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User


def living(session_keys: Collection[str], now: Callable[[], datetime] = timezone.now) -> dict[str, int]:
    """The keys of the sessions that have not ended, each with the id of its user.

    Ended is: signed out, expired, the password changed, the user deactivated or deleted. Two queries whatever the
    number of keys, none for none. Reads only: it neither extends nor saves a session.
    """
    if not session_keys:
        return {}
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=now())
    sessions = {row.session_key: row.get_decoded() for row in rows}
    claims = {key: data for key, data in sessions.items() if _claims_a_user(data)}
    user_ids = {int(data[SESSION_KEY]) for data in claims.values()}
    hashes = {user.pk: _hashes(user) for user in User.objects.filter(pk__in=user_ids, is_active=True)}
    return {
        key: user_id
        for key, data in claims.items()
        if (user_id := int(data[SESSION_KEY])) in hashes and _matches(data[HASH_SESSION_KEY], hashes[user_id])
    }


def _claims_a_user(data: dict[str, str]) -> bool:
    return (
        SESSION_KEY in data
        and HASH_SESSION_KEY in data
        and data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    )


def _hashes(user: User) -> list[str]:
    """What a session of this user may carry: made from the password and the secret key, or a key before it."""
    return [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]


def _matches(value: str, hashes: list[str]) -> bool:
    return any(constant_time_compare(value, each) for each in hashes)
