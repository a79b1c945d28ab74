"""/livez and /readyz in one process; test_away.py has real databases that go."""

import logging.config
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from monitoring import health, middleware
from monitoring.models import Heartbeat
from streams.models import LEASE, Lease, Member
from streams.wiring import count_waiting

GOOD = "draining: ok\ndatabase: ok\nmigrations: ok\nwriting: ok\nclock: ok\nlag: ok\ndisk: ok\n"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    """A process that has written nothing yet, in folders of its own."""
    monkeypatch.setattr(middleware, "health", health.Health(timezone.now, lambda: 1.0, count_waiting))
    settings.VAR_DIR, settings.RUNTIME_DIRECTORY = tmp_path, ""


def ready(client: Client) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, answer.content.decode()


def red(check: str, trouble: str) -> tuple[int, str]:
    return 503, GOOD.replace(f"{check}: ok", f"{check}: {trouble}")


def lease(**also: Any) -> Lease:
    names = {"application": "trades", "stream": "trades", "shard": "s-0", "checkpoint": "trim-horizon"}
    return Lease.objects.create(**names | also)


def test_livez_answers_without_a_database(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_readyz_has_one_line_a_check(client: Client, db: None) -> None:
    assert ready(client) == (200, GOOD)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_need_no_host_or_tls_and_get_no_cookie(client: Client, db: None, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for method in (client.get, client.head):
        answer = method(path, headers={"host": "10.0.0.7", "sec-fetch-site": "cross-site"})
        assert (answer.status_code, bool(answer.cookies)) == (200, False)
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert client.post(path, headers={"host": "10.0.0.7"}).status_code == 405


def test_probes_keep_no_session_alive(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("ada"))
    client.get("/readyz")
    with connection.execute_wrapper(_no_table_of("session")):
        assert ready(client) == (200, GOOD)


def _no_table_of(word: str) -> Any:
    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        assert word not in sql
        return execute(sql, *rest)

    return wrapper


def test_readyz_is_red_while_draining(client: Client, db: None, settings: Settings, tmp_path: Path) -> None:
    settings.RUNTIME_DIRECTORY = str(tmp_path / "run")
    for folder in (tmp_path, tmp_path / "run"):
        folder.mkdir(exist_ok=True)
        (folder / "draining").touch()
        assert ready(client) == red("draining", "about to stop")
        (folder / "draining").unlink()
    assert ready(client) == (200, GOOD)


def test_readyz_is_red_when_a_migration_is_missing(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last_migrations", lambda: {("streams", "9999_next")})
    assert ready(client) == red("migrations", "not all applied; run .venv/bin/python manage.py migrate")


@pytest.mark.parametrize(("seconds", "trouble"), [(4, ""), (6, "differs"), (-6, "differs")])
def test_readyz_is_red_when_the_clock_differs_from_the_databases(db: None, seconds: float, trouble: str) -> None:
    checks = health.Health(lambda: timezone.now() + timedelta(seconds=seconds), lambda: 1.0, count_waiting)
    assert dict(checks.findings())["clock"].startswith(trouble)


def test_readyz_is_red_when_workers_are_too_far_behind(client: Client, db: None, settings: Settings) -> None:
    row = lease(watermark=timezone.now() - timedelta(seconds=400))
    Member.objects.create(application="trades", stream="trades", owner="one", expires=timezone.now())
    assert ready(client) == red("lag", "trades on trades is 400 s behind")
    settings.READY_LAG = 0
    assert ready(client) == (200, GOOD)
    settings.READY_LAG = 300
    Lease.objects.filter(pk=row.pk).update(watermark=timezone.now())
    assert ready(client) == (200, GOOD)


def test_watermark_in_the_future_is_not_a_lag_of_0(client: Client, db: None, settings: Settings) -> None:
    settings.READY_LAG = 300
    lease(watermark=timezone.now() + timedelta(hours=25))
    assert ready(client) == red("lag", "how far trades on trades is behind cannot be told: a clock is wrong")
    living = {"owner": "a", "expires": timezone.now() + LEASE}
    member = Member.objects.create(application="trades", stream="trades", skew=25 * 3_600_000 + 9_000, **living)
    assert ready(client) == (200, GOOD)
    member.skew = 25 * 3_600_000 + 309_000
    member.save()
    assert ready(client) == red("lag", "trades on trades is 309 s behind")


def test_unread_or_finished_shard_is_not_behind(client: Client, db: None) -> None:
    lease(watermark=None)
    lease(shard="s-1", checkpoint="shard-end", watermark=timezone.now() - timedelta(days=9))
    assert ready(client) == (200, GOOD)


@pytest.mark.django_db(transaction=True)
def test_write_check_is_repeated_after_each_refusal() -> None:
    checks = health.Health(timezone.now, lambda: 1.0, count_waiting)
    with connection.execute_wrapper(_refuse_writes):
        assert [dict(checks.findings())["writing"] for _ in range(2)] == ["refused"] * 2
    assert dict(checks.findings())["writing"] == ""


def _refuse_writes(execute: Any, sql: str, *rest: Any) -> Any:
    if sql.startswith(("UPDATE", "INSERT")):
        raise OperationalError("database or disk is full: /secret/place")
    return execute(sql, *rest)


def test_write_check_writes_at_most_every_five_seconds(db: None) -> None:
    times = iter([10.0, 10.0, 14.9, 15.0, 15.0])
    checks = health.Health(timezone.now, lambda: next(times), count_waiting)
    written = list[str]()

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        written.extend([sql.split()[0]] if sql.startswith(("UPDATE", "INSERT")) else [])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        for _ in range(3):
            checks.findings()
    assert (written, Heartbeat.objects.count()) == (["UPDATE", "INSERT", "UPDATE"], 1)


def test_readyz_is_red_when_the_disk_is_almost_full(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE", 1 << 80)
    assert ready(client) == red("disk", "almost full")


def test_red_probe_is_not_logged_by_django(
    client: Client, db: None, capfd: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "draining").touch()
    logging.config.dictConfig(settings.LOGGING)
    assert ready(client)[0] == 503
    client.get("/nowhere")
    assert ("readyz" in (told := capfd.readouterr().err), "nowhere" in told) == (False, True)


def test_flood_of_probes_checks_once_a_second(settings: Settings, tmp_path: Path) -> None:
    seconds, looks = [0.0], list[float]()

    def look() -> list[health.Finding]:
        looks.append(seconds[0])
        return [health.Finding("draining", ""), health.Finding("database", f"look {len(looks)}")]

    recent = health.Recent(look, lambda: seconds[0])
    answers = []
    for seconds[0] in (0.0, 0.5, 0.99, 1.0, 1.5, 2.0):
        answers.append(recent.findings()[1].trouble)
    assert (looks, answers) == ([0.0, 1.0, 2.0], ["look 1", "look 1", "look 1", "look 2", "look 2", "look 3"])
    (tmp_path / "draining").touch()
    assert (recent.findings()[0].trouble, len(looks)) == ("about to stop", 3)
