"""SESSION_ENGINE: Django's sessions in our own table. The session's key is stored only in the cookie.

A row is inserted only when a session begins. All other writes are plain UPDATEs, which revive no ended session.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.client import SESSION_ID
from accounts.models import Session

# A clock that is set back by less leaves sessions alone: they last longer by that step, and a step forth ends none.
SLACK = timedelta(days=1)


def new_key() -> str:
    """Returns a key of 165 random bits: so many that no check for a duplicate is needed."""
    return get_random_string(32, VALID_KEY_CHARS)


def digest(key: str) -> str:
    """Returns the digest of a key, as the table holds it."""
    return sha256(key.encode(errors="replace")).hexdigest()


def expiry(seen: datetime, ends: datetime) -> datetime:
    """Returns the time when a session expires if it is not used any more."""
    return min(seen + timedelta(seconds=settings.SESSION_IDLE), ends)


def times(now: datetime) -> dict[str, datetime]:
    """Returns the times of a session that begins now."""
    ends = now + timedelta(seconds=settings.SESSION_ABSOLUTE)
    return {"began": now, "seen": now, "authenticated": now, "ends": ends, "expire_date": expiry(now, ends)}


def pull_back(row: Session, now: datetime) -> None:
    """Moves back the times of a session that lie by more than SLACK further ahead than those of one that begins now.

    Only a clock that was set back explains them. Otherwise a session that began while the clock was ahead by years
    would last for years. A plain UPDATE revives no ended session.
    """
    latest = times(now)
    wrong = {name: at for name, at in latest.items() if getattr(row, name) > at + SLACK}
    if wrong and Session.objects.filter(pk=row.pk).update(**wrong):
        for name, at in wrong.items():
            setattr(row, name, at)


class SessionStore(SessionBase):
    """Stores one session. `row`: its row, from the first access to the session on; None while there is no session."""

    row: Session | None = None
    _get_session: Callable[..., dict[str, Any]]  # django-stubs leaves it out

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        self.row = self._rows().filter(expire_date__gt=now).first()
        if self.row is None:
            self._session_key = None
            return {}
        pull_back(self.row, now)
        return dict(self.decode(self.row.session_data))

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(key_hash=digest(session_key)).exists()

    def create(self) -> None:
        self._session_key = new_key()
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own signature
        """Raises CreateError if the session must be new and exists, UpdateError if it has been ended meanwhile."""
        if self.session_key is None:
            self.create()
            return
        contents = self._contents(self._get_session(no_load=must_create))
        if must_create:
            self._insert(contents)
        elif self.session_key is None or not self._rows().update(**contents):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(key_hash=digest(key)).delete()

    def flush(self) -> None:
        super().flush()
        self.row = None

    def cycle_key(self) -> None:
        """Gives the row a new key. Its id, limits and sockets stay, and the old key becomes useless."""
        data = self._get_session()
        if self.session_key is None:
            self.create()
            self._session_cache = data
        else:
            self._change()

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    def renew(self, now: datetime, address: str | None, device: str) -> None:
        """Begins the session anew at sign-in: new key, new id, full time. A planted key becomes useless."""
        if self.session_key is None:
            self.cycle_key()
        identity = uuid.uuid4()
        self[SESSION_ID] = str(identity)
        self._change(id=identity, address=address, device=device, **times(now), **self._contents(self._get_session()))

    def proved(self, now: datetime) -> None:
        """Notes a fresh proof of identity, and changes the key."""
        self._change(authenticated=now)

    def get_expiry_date(self, **_: Any) -> datetime:
        """Returns when the session expires if it is not used any more. Ignores Django's arguments."""
        self._get_session()
        return self.row.expire_date if self.row else times(timezone.now())["expire_date"]

    def get_expire_at_browser_close(self) -> bool:
        return True  # regardless of set_expiry(): the server holds the limits, the browser keeps nothing

    @classmethod
    def clear_expired(cls) -> None:
        Session.objects.filter(expire_date__lte=timezone.now()).delete()

    def _rows(self) -> Any:
        return Session.objects.filter(key_hash=digest(self.session_key or ""))

    def _contents(self, data: dict[str, Any]) -> dict[str, Any]:
        user = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return {"session_data": self.encode(data), "user_id": user, "auth_hash": data.get(HASH_SESSION_KEY) or ""}

    def _insert(self, contents: dict[str, Any]) -> None:
        row = Session(key_hash=digest(self.session_key or ""), device="", **times(timezone.now()), **contents)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise CreateError from error
        self.row = row

    def _change(self, **values: Any) -> None:
        """Moves the row to a new key. Raises SessionInterrupted (answered 400) if it has been ended meanwhile."""
        key = new_key()
        values["key_hash"] = digest(key)
        if not self._rows().update(**values):
            raise SessionInterrupted("The session was ended by another request: sign in again.")
        self._session_key, self.modified = key, True
        for name, value in values.items():
            setattr(self.row, name, value)
