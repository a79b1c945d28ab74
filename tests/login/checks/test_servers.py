import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from login import checks
from login.checks import servers
from tests.deployment import ROOT
from tests.login.checks.conftest import Refusals

BARE = ["/opt/millrace/.venv/bin/uvicorn", "login.asgi:application"]
UVICORN = [*BARE, "--ws", "dashboard.live.wire:BoundedSocket"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("USE_X_FORWARDED_HOST", True),
        ("USE_X_FORWARDED_PORT", True),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 1),
    ],
)
def test_trust_in_forgeable_headers_is_refused(
    production: Settings, refusals: Refusals, name: str, value: object
) -> None:
    setattr(production, name, value)
    assert refusals() == ["login.E018"]


def test_throttle_in_a_cache_of_one_process_is_refused(production: Settings, refusals: Refusals) -> None:
    production.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip"}
    assert refusals() == ["login.E019"]
    production.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    assert refusals() == []


@pytest.mark.parametrize(
    "change",
    [
        {"init_command": "PRAGMA journal_mode=WAL;"},
        {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"},
        {"init_command": "PRAGMA synchronous=FULL;"},
        {"transaction_mode": "DEFERRED"},
        {"timeout": 1},
    ],
)
def test_an_sqlite_that_could_lose_a_commit_is_refused(change: dict[str, object]) -> None:
    whole = {"init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", "timeout": 20}
    whole |= {"transaction_mode": "IMMEDIATE"}
    engine = "django.db.backends.sqlite3"
    assert list(servers.sqlite_options({"ENGINE": engine, "OPTIONS": whole})) == []
    [refusal] = servers.sqlite_options({"ENGINE": engine, "OPTIONS": whole | change})
    assert refusal.id == "login.E020"
    assert list(servers.sqlite_options({"ENGINE": "django.db.backends.postgresql"})) == []


@pytest.mark.parametrize(
    ("argv", "environment", "expected"),
    [
        (UVICORN, {}, ["login.E021"]),
        (["/opt/millrace/.venv/lib/uvicorn/__main__.py"], {}, ["login.E023", "login.E021"]),
        ([*BARE, "--ws-max-size", "65536"], {}, ["login.E023"]),
        ([*BARE, "--ws", "auto", "--ws-max-size", "65536"], {}, ["login.E023"]),
        ([*BARE, "--ws-max-size", "65536"], {"UVICORN_WS": "dashboard.live.wire:BoundedSocket"}, []),
        ([*UVICORN, "--ws-max-size", "16777216"], {}, ["login.E021"]),
        ([*UVICORN, "--ws-max-size", "much"], {}, ["login.E021"]),
        ([*UVICORN, "--ws-max-size"], {}, ["login.E021"]),
        ([*UVICORN, "--ws-max-size=65537"], {"UVICORN_WS_MAX_SIZE": "1"}, ["login.E021"]),
        ([*UVICORN, "--ws-max-size", "65536"], {}, []),
        ([*UVICORN, "--ws-max-size=65536"], {}, []),
        (UVICORN, {"UVICORN_WS_MAX_SIZE": "65536"}, []),
        (["manage.py", "runserver"], {}, []),
    ],
)
def test_uvicorn_without_a_message_size_limit_is_refused(
    argv: list[str], environment: dict[str, str], expected: list[str]
) -> None:
    assert [each.id for each in servers.uvicorn_options(argv, environment)] == expected


@pytest.mark.parametrize("file", ["Procfile", "deploy/sockets"])
def test_our_files_start_uvicorn_with_its_limits(file: str) -> None:
    words = (ROOT / file).read_text().split()
    argv = words[words.index(".venv/bin/uvicorn") :]
    assert list(servers.uvicorn_options(argv, {})) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"socket": b"/run/millrace/web.sock", "master": True}, []),
        ({"socket": [b"/run/a.sock", b"127.0.0.1:3031"]}, ["login.E022"]),
        ({"uwsgi-socket": b":3031"}, ["login.E022"]),
        ({"http": b":8000"}, ["login.E022"]),
        ({"http-socket": b"/run/millrace/web.sock"}, ["login.E022"]),
        ({"puwsgi-socket": b"/run/millrace/web.sock"}, ["login.E022"]),
    ],
)
def test_uwsgi_must_listen_on_a_unix_socket_by_its_own_protocol(
    options: dict[str, object], expected: list[str]
) -> None:
    assert [each.id for each in servers.uwsgi_options(options)] == expected


def test_server_with_unsafe_options_does_not_start(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(opt={"http": b":8000"}))
    with pytest.raises(ImproperlyConfigured, match=r"login\.E022: uWSGI listens where it must not: http\."):
        checks.refuse_if_unsafe()
    production.DEBUG = True
    checks.refuse_if_unsafe()
