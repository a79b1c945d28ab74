import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from login import checks
from tests.login.checks.conftest import Refusals


def test_production_as_it_is_meant_passes(production: Settings, refusals: Refusals) -> None:
    assert refusals() == []
    checks.refuse_if_unsafe()


def test_development_is_left_alone(settings: Settings, refusals: Refusals) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = True, ["*"]
    assert refusals() == []


def test_pages_without_a_gate_are_refused_in_any_mode(settings: Settings) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LoginRequired" not in each]
    assert [each.id for each in checks.gate()] == ["login.E009"]


def test_the_servers_refuse_in_words(production: Settings) -> None:
    production.ALLOWED_HOSTS = ["*"]
    with pytest.raises(ImproperlyConfigured, match=r"login\.E001: .* Name the hosts"):
        checks.refuse_if_unsafe()


def test_a_warning_stops_no_server(production: Settings, refusals: Refusals) -> None:
    production.SECURE_HSTS_SECONDS = 3600
    assert refusals() == ["login.W017"]
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
