import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.passwords.hashers import KeyedBCryptHasher
from login import checks
from tests.login.test_settings import RINGS

KEY = "Vq3xk0Zr8dTt2LmWc5yN7bHs1JfGp9Ae4UoKiXzR6vBgYhQ-w_Mj"


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Settings as they are with DEBUG off."""
    settings.DEBUG, settings.SECRET_KEY = False, KEY
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    settings.PASSWORD_KEYS, settings.FIELD_KEYS = RINGS["PASSWORD_KEYS"], RINGS["FIELD_KEYS"]
    return settings


def refusals() -> list[str | None]:
    found = checks.unsafe()
    assert all(each.hint for each in found)
    return [each.id for each in found]


def test_production_as_it_is_meant_passes(production: Settings) -> None:
    assert refusals() == []
    checks.refuse_if_unsafe()


def test_development_is_left_alone(settings: Settings) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    assert refusals() == []


def test_any_host_is_refused(production: Settings) -> None:
    production.ALLOWED_HOSTS = ["*"]
    assert refusals() == ["login.E001"]


@pytest.mark.parametrize("key", [KEY[:49], "x" * 99, "0123456789" * 6, "secret-key-" * 9, "django-insecure-" + KEY])
def test_a_guessable_secret_key_is_refused(production: Settings, key: str) -> None:
    production.SECRET_KEY = key
    assert refusals() == ["login.E002"]


def test_the_secret_key_of_development_is_refused(production: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(KEY)
    production.VAR_DIR = tmp_path
    assert refusals() == ["login.E003"]


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
def test_a_cookie_over_plain_http_is_refused(production: Settings, name: str) -> None:
    setattr(production, name, False)
    assert refusals() == ["login.E004"]


@pytest.mark.parametrize(("part", "value"), [("NAME", "id"), ("PATH", "/x/"), ("DOMAIN", "example.org")])
@pytest.mark.parametrize("kind", ["SESSION", "CSRF"])
def test_a_cookie_that_others_could_plant_is_refused(production: Settings, kind: str, part: str, value: str) -> None:
    setattr(production, f"{kind}_COOKIE_{part}", value)
    assert refusals() == ["login.E005"]


@pytest.mark.parametrize("name", ["BCryptPasswordHasher", "BCryptSHA256PasswordHasher", "PBKDF2PasswordHasher"])
def test_another_hasher_is_refused(production: Settings, name: str) -> None:
    production.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}"]
    assert refusals() == ["login.E006"]


def test_a_cheap_hash_is_refused(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyedBCryptHasher, "rounds", 9)
    assert refusals() == ["login.E006"]


@pytest.mark.parametrize(
    "change",
    [
        {"default-src": ["'self'"]},
        {"default-src": None},
        {"script-src": ["'self'", "'unsafe-inline'"]},
        {"style-src": "'unsafe-inline'"},
        {"script-src": ("'unsafe-eval'",)},
    ],
)
def test_a_weak_content_security_policy_is_refused(production: Settings, change: dict[str, object]) -> None:
    directives = production.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    production.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | change}
    assert refusals() == ["login.E007"]


def test_an_absent_content_security_policy_is_refused(production: Settings) -> None:
    production.CONTENT_SECURITY_POLICY = None
    assert refusals() == ["login.E007"]


@pytest.mark.parametrize("engine", ["signed_cookies", "db", "cached_db"])
def test_sessions_of_another_engine_are_refused(production: Settings, engine: str) -> None:
    production.SESSION_ENGINE = f"django.contrib.sessions.backends.{engine}"
    assert refusals() == ["login.E008"]


def test_pages_without_a_gate_are_refused_in_any_mode(settings: Settings) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LoginRequired" not in each]
    assert [each.id for each in checks.gate()] == ["login.E009"]


def test_the_servers_refuse_in_words(production: Settings) -> None:
    production.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured, match=r"login\.E001: .* Name the hosts"):
        checks.refuse_if_unsafe()


@pytest.mark.parametrize(("command", "expected"), [("runserver", ["login.W010"]), ("produce", [])])
def test_a_missing_bundle_is_told_to_who_serves_pages(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, expected: list[str]
) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    monkeypatch.setattr(sys, "argv", ["manage.py", command])
    assert [each.id for each in checks.bundle()] == expected


def test_a_bundle_that_is_there_is_not_missed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dashboard").mkdir()
    settings.STATICFILES_DIRS = [tmp_path]
    monkeypatch.setattr(sys, "argv", ["manage.py", "runserver"])
    assert checks.bundle() == []
