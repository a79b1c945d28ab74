import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from login import checks
from tests.login.checks.conftest import Refusals


def test_checks_pass_in_production(production: Settings, refusals: Refusals) -> None:
    assert refusals() == []
    checks.refuse_if_unsafe()


def test_checks_pass_in_development(settings: Settings, refusals: Refusals) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    assert refusals() == []


def test_pages_without_a_gate_are_refused_in_any_mode(settings: Settings) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LoginRequired" not in each]
    assert [each.id for each in checks.gate()] == ["login.E009"]


def test_servers_refuse_to_start_with_a_message(production: Settings) -> None:
    production.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured, match=r"login\.E001: .* Name the hosts"):
        checks.refuse_if_unsafe()


def test_server_starts_with_a_warning(production: Settings, refusals: Refusals) -> None:
    production.SECURE_HSTS_SECONDS = 3600
    assert refusals() == ["login.W017"]
    checks.refuse_if_unsafe()


@pytest.mark.parametrize(("command", "expected"), [("runserver", ["login.W010"]), ("produce", [])])
def test_missing_bundle_is_reported_to_commands_that_serve_pages(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, expected: list[str]
) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    monkeypatch.setattr(sys, "argv", ["manage.py", command])
    assert [each.id for each in checks.bundle()] == expected


def test_existing_bundle_passes(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dashboard").mkdir()
    settings.STATICFILES_DIRS = [tmp_path]
    monkeypatch.setattr(sys, "argv", ["manage.py", "runserver"])
    assert checks.bundle() == []
