from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.passwords.hashers import KeyedBCryptHasher
from login import checks
from tests.login.checks.conftest import KEY, Refusals

GUESSABLE = [KEY[:49], "x" * 99, "0123456789" * 6, "secret-key-" * 9, "django-insecure-" + KEY]


def test_wildcard_in_allowed_hosts_is_refused(production: Settings, refusals: Refusals) -> None:
    production.ALLOWED_HOSTS = ["*"]
    assert refusals() == ["login.E001"]


@pytest.mark.parametrize("origin", ["http://streams.example.org", "https://*.example.org"])
def test_trusted_origin_over_plain_http_or_wildcard_is_refused(
    production: Settings, refusals: Refusals, origin: str
) -> None:
    production.CSRF_TRUSTED_ORIGINS = ["https://streams.example.org"]
    assert refusals() == []
    production.CSRF_TRUSTED_ORIGINS = [origin]
    assert refusals() == ["login.E012"]


@pytest.mark.parametrize("key", GUESSABLE)
def test_a_guessable_secret_key_is_refused(production: Settings, refusals: Refusals, key: str) -> None:
    production.SECRET_KEY = key
    assert refusals() == ["login.E002"]


def test_a_guessable_former_key_is_refused(production: Settings, refusals: Refusals) -> None:
    production.SECRET_KEY_FALLBACKS = [KEY[::-1], "x" * 99]
    assert refusals() == ["login.E002"]


def test_development_secret_key_is_refused(production: Settings, refusals: Refusals, tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(KEY)
    production.VAR_DIR = tmp_path
    assert refusals() == ["login.E003"]


@pytest.mark.parametrize("name", ["BCryptPasswordHasher", "BCryptSHA256PasswordHasher", "PBKDF2PasswordHasher"])
def test_other_password_hasher_is_refused(production: Settings, refusals: Refusals, name: str) -> None:
    production.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}"]
    assert refusals() == ["login.E006"]


def test_a_cheap_hash_is_refused(production: Settings, refusals: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyedBCryptHasher, "rounds", 9)
    assert refusals() == ["login.E006"]


@pytest.mark.parametrize("engine", ["signed_cookies", "db", "cached_db"])
def test_other_session_engine_is_refused(production: Settings, refusals: Refusals, engine: str) -> None:
    production.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    assert refusals() == ["login.E008"]


@pytest.mark.parametrize(("name", "most"), [("SESSION_IDLE", 3600), ("SESSION_ABSOLUTE", 86400)])
def test_session_limits_above_the_advice_are_warned_of(
    production: Settings, refusals: Refusals, name: str, most: int
) -> None:
    setattr(production, name, most)
    assert refusals() == []
    setattr(production, name, most + 1)
    assert refusals() == ["login.W013"]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["localhost", "127.0.0.1", "[::1]", "millrace.localhost"], []),
        (["localhost", "streams.example.org"], ["login.E011"]),
        (["*"], ["login.E011"]),
        (["0.0.0.0"], ["login.E011"]),
    ],
)
def test_debug_with_other_host_names_is_refused(settings: Settings, hosts: list[str], expected: list[str]) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, hosts
    assert [each.id for each in checks.gate()] == expected
    settings.DEBUG = False
    assert checks.gate() == []
