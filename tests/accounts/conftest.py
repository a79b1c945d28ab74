"""A user, signed in or not, with bcrypt made fast where hashing is not the point."""

import logging
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from allauth.account.internal.userkit import user_id_to_str
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.utils import timezone

from accounts import events
from accounts.client import SESSION_ID
from accounts.factors.totp import PERIOD
from accounts.models import User
from accounts.passwords.hashers import KeyedBCryptHasher, UnkeyedBCryptHasher

PASSWORD = "a passphrase of five words"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of her authenticator app


def session_of(browser: Client) -> UUID:
    """The id that its session is shown by."""
    return UUID(browser.session[SESSION_ID])


@pytest.fixture
def fast_bcrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    for hasher in (KeyedBCryptHasher, UnkeyedBCryptHasher):
        monkeypatch.setattr(hasher, "rounds", 4)


@pytest.fixture
def ada(db: None, fast_bcrypt: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def signed_in(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


@pytest.fixture
def app(ada: User, monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    """Ada's authenticator app; the clock stands still: a code made in one step is used in the same."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    app: Authenticator = TOTP.activate(ada, SEED).instance
    return app


def shown(steps: int = 0) -> str:
    """Returns the code that her app shows now, or so many steps later."""
    return str(format_hotp_value(hotp_value(SEED, int(timezone.now().timestamp()) // PERIOD + steps)))


def first_step(client: Client, **more: str) -> str:
    """Ada's password; where it leads."""
    answer = client.post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD} | more)
    return str(answer.headers["Location"])


def confirm(client: Client, code: str = "") -> None:
    """Ada shows again that it is she."""
    form = {"password": PASSWORD} | ({"code": code} if code else {})
    assert client.post("/accounts/confirm/", form).status_code == 302


@pytest.fixture
def confirmed(signed_in: Client, ada: User) -> Client:
    """Ada's browser, just after she confirmed that it is she."""
    session = signed_in.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = user_id_to_str(ada)
    session.save()
    return signed_in


@pytest.fixture
def staff(confirmed: Client, ada: User) -> Client:
    """The browser of Ada, an administrator with a fresh confirmation."""
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    ada.refresh_from_db()
    return confirmed


class Kept(logging.Handler):
    """Keeps the lines of the security log as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[list[str]]:
    kept = Kept()
    events.log.addHandler(kept)
    yield kept.lines
    events.log.removeHandler(kept)
