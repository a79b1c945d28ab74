"""Checks the hosts that the site answers to, and the basis of its sign-ins: keys, password hashes, sessions."""

import zlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)

from accounts.passwords.hashers import KeyedBCryptHasher

HOUR = 3600  # seconds
NEW_KEY = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
AT_HOME = ("localhost", "127.0.0.1", "[::1]", "testserver")  # the last is Django's test client


def unsafe() -> Iterator[CheckMessage]:
    yield from _hosts()
    yield from _secret_key()
    yield from _hasher()
    yield from _sessions()


def development() -> Iterator[CheckMessage]:
    """Checks that DEBUG, which shows settings and code on errors, is used with names of this machine alone."""
    elsewhere = [host for host in settings.ALLOWED_HOSTS if host not in AT_HOME and not host.endswith(".localhost")]
    if settings.DEBUG and elsewhere:
        says = f"DEBUG is on while the site answers to {', '.join(elsewhere)}: errors would show settings and code."
        yield Error(says, "Set DEBUG=false, or leave ALLOWED_HOSTS as it is.", id="login.E011")


def _hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: ALLOWED_HOSTS=streams.example.org"
        yield Error("ALLOWED_HOSTS contains *, so any Host and any socket Origin passes.", hint, id="login.E001")
    if any(not origin.startswith("https://") or "*" in origin for origin in settings.CSRF_TRUSTED_ORIGINS):
        hint = "Name each in full: CSRF_TRUSTED_ORIGINS=https://streams.example.org"
        yield Error("CSRF_TRUSTED_ORIGINS trusts plain HTTP, or whole families of hosts.", hint, id="login.E012")


def _secret_key() -> Iterator[CheckMessage]:
    local = Path(settings.VAR_DIR) / "secret-key"
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        # A text that compresses to less than this is a pattern, not random.
        if len(key) < 50 or len(zlib.compress(key.encode(), 9)) < 40 or key.startswith("django-insecure-"):
            name = "SECRET_KEY" if key == settings.SECRET_KEY else "One of SECRET_KEY_FALLBACKS"
            yield Error(f"{name} is short or easily guessed.", NEW_KEY, id="login.E002")
    if local.exists() and local.read_text() == settings.SECRET_KEY:
        yield Error(f"SECRET_KEY is the one of development, kept in {local}.", NEW_KEY, id="login.E003")


def _hasher() -> Iterator[CheckMessage]:
    first = get_hashers()[0]
    if not isinstance(first, KeyedBCryptHasher) or first.rounds < 10:
        hint = (
            "Put accounts.passwords.hashers.KeyedBCryptHasher first in PASSWORD_HASHERS; PASSWORD_COST is 10 or more."
        )
        yield Error("Passwords would not be hashed by keyed bcrypt of cost 10 or more.", hint, id="login.E006")


def _sessions() -> Iterator[CheckMessage]:
    if settings.SESSION_ENGINE != "accounts.sessions.engine":
        hint = "Set SESSION_ENGINE = 'accounts.sessions.engine'."
        yield Error(
            "Sessions of another engine have no idle limit and cannot be ended by the site.", hint, id="login.E008"
        )
    if settings.SESSION_IDLE > HOUR or settings.SESSION_ABSOLUTE > 24 * HOUR:
        hint = "Set SESSION_IDLE to 3600 or less, SESSION_ABSOLUTE to 86400 or less."
        yield Warning("Sessions last longer than NIST SP 800-63B-4 advises (2.2.3).", hint, id="login.W013")
