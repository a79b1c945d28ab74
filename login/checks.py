"""System checks: what must hold before people may sign in, each refusal with what to do about it.

Django's commands run them; uWSGI and uvicorn do not, so wsgi.py and asgi.py call refuse_if_unsafe().
"""

import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from csp.constants import NONE, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)
from django.core.exceptions import ImproperlyConfigured

from accounts import checks as accounts
from accounts.passwords.hashers import KeyedBCryptHasher

NEW_KEY = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def refuse_if_unsafe() -> None:
    """Raises ImproperlyConfigured with every refusal, in words."""
    found = [*gate(), *unsafe(), *accounts.unsafe()]
    if found:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg} {each.hint}" for each in found))


def gate(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """In any mode: every page asks for a sign-in unless it says otherwise."""
    if "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE:
        return []
    hint = "Put django.contrib.auth.middleware.LoginRequiredMiddleware after AuthenticationMiddleware."
    return [Error("Pages are open to everybody: MIDDLEWARE lacks LoginRequiredMiddleware.", hint, id="login.E009")]


def unsafe(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """With DEBUG off: the settings that would leave a hole."""
    if settings.DEBUG:
        return []
    return [*_hosts(), *_secret_key(), *_cookies(), *_hasher(), *_content_security_policy(), *_session_engine()]


def _hosts() -> Iterator[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: ALLOWED_HOSTS=streams.example.org"
        yield Error("ALLOWED_HOSTS contains *, so any Host and any socket Origin passes.", hint, id="login.E001")


def _secret_key() -> Iterator[CheckMessage]:
    key, local = settings.SECRET_KEY, Path(settings.VAR_DIR) / "secret-key"
    # What compresses to less than this is a pattern, not chance.
    if len(key) < 50 or len(zlib.compress(key.encode(), 9)) < 40 or key.startswith("django-insecure-"):
        yield Error("SECRET_KEY is short or easily guessed.", NEW_KEY, id="login.E002")
    if local.exists() and local.read_text() == key:
        yield Error(f"SECRET_KEY is the one of development, kept in {local}.", NEW_KEY, id="login.E003")


def _cookies() -> Iterator[CheckMessage]:
    for kind in ("SESSION", "CSRF"):
        if not getattr(settings, f"{kind}_COOKIE_SECURE"):
            hint = f"Set {kind}_COOKIE_SECURE = True."
            yield Error(f"The {kind.lower()} cookie would travel over plain HTTP.", hint, id="login.E004")
        name, path, domain = (getattr(settings, f"{kind}_COOKIE_{part}") for part in ("NAME", "PATH", "DOMAIN"))
        if not name.startswith("__Host-") or path != "/" or domain:
            hint = f"Set {kind}_COOKIE_NAME = '__Host-…', {kind}_COOKIE_PATH = '/' and no {kind}_COOKIE_DOMAIN."
            yield Error(f"A neighbouring subdomain could plant the {kind.lower()} cookie.", hint, id="login.E005")


def _hasher() -> Iterator[CheckMessage]:
    first = get_hashers()[0]
    if not isinstance(first, KeyedBCryptHasher) or first.rounds < 10:
        hint = (
            "Put accounts.passwords.hashers.KeyedBCryptHasher first in PASSWORD_HASHERS; PASSWORD_COST is 10 or more."
        )
        yield Error("Passwords would not be hashed by keyed bcrypt of cost 10 or more.", hint, id="login.E006")


def _content_security_policy() -> Iterator[CheckMessage]:
    policy: dict[str, Any] = (getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}).get("DIRECTIVES", {})
    sources = [source for value in policy.values() for source in _listed(value)]
    if (
        "csp.middleware.CSPMiddleware" not in settings.MIDDLEWARE
        or _listed(policy.get("default-src")) != [NONE]
        or UNSAFE_INLINE in sources
        or UNSAFE_EVAL in sources
    ):
        hint = "Keep csp.middleware.CSPMiddleware, default-src 'none', and no unsafe-inline or unsafe-eval."
        yield Error("The Content-Security-Policy is absent or lets foreign script run.", hint, id="login.E007")


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]


def _session_engine() -> Iterator[CheckMessage]:
    if settings.SESSION_ENGINE != "accounts.sessions.engine":
        hint = "Set SESSION_ENGINE = 'accounts.sessions.engine'."
        yield Error("Sessions of another engine have no idle limit and cannot be ended by us.", hint, id="login.E008")


def bundle(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Before a page is served: the front-end bundle has been made. Silent for the commands that serve none."""
    missing = not (Path(settings.STATICFILES_DIRS[0]) / "dashboard").exists()
    if missing and sys.argv[1:2] in (["runserver"], ["check"]):
        return [Warning("The pages lack their styles and scripts.", "Run: make assets", id="login.W010")]
    return []
