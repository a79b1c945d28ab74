"""Makes, finds and revokes access keys: an id and a secret, with which Kinesis clients sign (Signature Version 4).

The secret is shown once. A signature cannot be checked with a digest, so the secret is kept, encrypted by keyrings.
"""

from __future__ import annotations

import re
import secrets
import string
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from django.db.models import QuerySet

from accounts import access, credentials, keyrings
from accounts.access import Grant
from accounts.credentials import MOST, TooManyError, note_use, revoke
from accounts.models import AccessKey, User

__all__ = ["note_use", "revoke"]

PREFIX = "MLRK"  # in the place of Amazon's AKIA, so that people and scanners tell the two apart
SHAPE = re.compile(r"MLRK[A-Z2-7]{16}")  # 20 characters, as Amazon's; SDKs take 16 to 128 of \w
SECRET = 40  # characters of a secret, as Amazon's: 238 random bits
_ID_SIGNS = string.ascii_uppercase + "234567"
# Letters and digits alone: a secret that begins with "-" would be an option to the AWS CLI.
_SECRET_SIGNS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Found:
    """Is an access key as a door needs it. `state` is a word of credentials.state; only "active" opens anything."""

    access_key_id: str
    secret: str = field(repr=False)  # so that no log and no error report can show it
    grant: Grant
    owner: User
    state: str
    row: AccessKey


def make(
    user: User,
    label: str,
    scopes: Iterable[str],
    days: int,
    now: datetime,
    choice: Callable[[Sequence[str]], str] = secrets.choice,
    *,
    streams: Iterable[str] = (),
) -> tuple[AccessKey, str]:
    """Makes a key for the named streams or, without names, for all. Returns it and its secret, shown only now.

    Raises TooManyError, and ValueError for a scope that is not about streams.
    """
    terms = credentials.terms(label, scopes, streams, days, now)
    if not set(terms["scopes"]) <= set(access.OF_STREAMS):
        raise ValueError(f"An access key is for streams alone, not for {terms['scopes']}")
    if valid(user, now).count() >= MOST:
        raise TooManyError(f"You have {MOST} access keys: revoke one that you no longer need.")
    key_id = PREFIX + "".join(choice(_ID_SIGNS) for _ in range(16))
    secret = "".join(choice(_SECRET_SIGNS) for _ in range(SECRET))
    return AccessKey.objects.create(user=user, access_key_id=key_id, sealed=keyrings.encrypt(secret), **terms), secret


def listed(user: User) -> QuerySet[AccessKey]:
    """Returns the keys that are not revoked, expired ones included, newest first."""
    return user.access_keys.filter(revoked=None).order_by("-pk")


def valid(user: User, now: datetime) -> QuerySet[AccessKey]:
    """Returns the keys of a user that are neither revoked nor expired."""
    return credentials.valid(listed(user), now)


def find(access_key_id: str, now: datetime) -> Found | None:
    """Returns the key with this id, in any state; None if there is none. Raises KeyRingError if its secret is lost.

    It takes one query, none for a malformed id; one more for an account that must have a second factor.
    """
    if not SHAPE.fullmatch(access_key_id):
        return None
    row = AccessKey.objects.select_related("user").filter(access_key_id=access_key_id).first()
    if row is None:
        return None
    state = credentials.state(row, row.user, now)
    return Found(access_key_id, keyrings.decrypt(row.sealed), row.grant, row.user, state, row)


class Finder:
    """Finds keys as find() does, and remembers each for `lasts` seconds, for doors with thousands of requests a second.

    A revoked key is so refused within `lasts` seconds. Ids that are not known are not remembered: they would fill it.
    """

    def __init__(self, lasts: float = 1.0, most: int = 1_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._lasts, self._most, self._clock = lasts, most, clock
        self._known = dict[str, tuple[float, Found]]()
        self._lock = Lock()

    def find(self, access_key_id: str, now: datetime) -> Found | None:
        """Returns the key as it was at most `lasts` seconds ago."""
        known = self._known.get(access_key_id)
        if known and self._clock() < known[0]:
            return known[1]
        until = self._clock() + self._lasts  # counted from before the query, which may be slow
        found = find(access_key_id, now)
        with self._lock:
            self._known.pop(access_key_id, None)
            if found:
                if len(self._known) >= self._most:
                    self._known.clear()
                self._known[access_key_id] = until, found
        return found
