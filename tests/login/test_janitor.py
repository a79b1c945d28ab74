"""manage.py janitor, as an operator meets it, and its promise to leave alone rows in use."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from applications.orders.models import Site, SiteSecond
from login import janitor
from streams.backends.embedded.stream import EmbeddedStream
from streams.models import Audit, DeadLetter, Lease
from tests.commands import exit_code
from tests.deployment import Deployment
from tests.test_exactly_once import naive_minutes

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
ROOMS = {
    "login",
    "alarms",
    "archive",
    "accounts",
    "streams",
    "dashboard",
    "monitoring",
    "applications",
    "sql",
}  # folders whose tables are ours


@pytest.mark.django_db
def test_every_table_is_cleaned_or_declared_not_growing() -> None:
    ours = {model for app in apps.get_app_configs() if app.name.split(".")[0] in ROOMS for model in app.get_models()}
    cleaned, not_growing = set(janitor.rules(NOW)), set(janitor.not_growing())
    assert ours == cleaned | not_growing, "add the model to outlived() or NOT_GROWING of its app's retention.py"
    assert not cleaned & not_growing


@pytest.fixture
def old_seconds(db: None, settings: Settings, tmp_path: Path) -> None:
    """2,500 rows of before, 1 of today."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    Site.objects.create(name="paris")
    long_ago = timezone.now() - timedelta(days=15)
    moments = [long_ago - timedelta(seconds=n) for n in range(2500)] + [timezone.now()]
    SiteSecond.objects.bulk_create(SiteSecond(site="paris", second=at, lines=1, peak=1) for at in moments)


@pytest.mark.usefixtures("old_seconds")
def test_dry_run_of_the_janitor_counts_and_removes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("janitor", "--dry-run") == 0
    assert capsys.readouterr().out == "Would remove 2,500 of orders.SiteSecond.\n"
    assert SiteSecond.objects.count() == 2501


@pytest.mark.usefixtures("old_seconds")
def test_janitor_removes_in_batches_with_pauses(capsys: pytest.CaptureFixture[str]) -> None:
    rests: list[float] = []
    found = {table: rows for table, rows in janitor.clean(timezone.now(), print, pause=rests.append) if rows}
    assert (found, len(rests), SiteSecond.objects.count()) == ({"orders.SiteSecond": 2500}, 3, 1)
    assert exit_code("janitor") == 0
    assert capsys.readouterr().out == "No row is older than the settings allow.\n"


@pytest.mark.usefixtures("old_seconds")
def test_janitor_prints_a_json_line_for_each_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("janitor", "--json") == 0
    rows = {row["table"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert rows["orders.SiteSecond"] == {"table": "orders.SiteSecond", "rows": 2500, "dry_run": False}
    assert rows["accounts.Session"]["rows"] == 0


@pytest.mark.usefixtures("old_seconds")
def test_retention_of_zero_days_keeps_rows_for_ever(settings: Settings) -> None:
    settings.RETENTION_RATES = 0
    assert [rows for _, rows in janitor.clean(timezone.now(), print) if rows] == []


@pytest.mark.usefixtures("old_seconds")
def test_janitor_keeps_rows_used_again_before_the_delete() -> None:
    newest = SiteSecond.objects.order_by("pk").first()
    assert newest

    def use_again(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            SiteSecond.objects.filter(pk=newest.pk).update(second=timezone.now() + timedelta(days=1))
        return execute(sql, *rest)

    with connection.execute_wrapper(use_again):
        assert sum(rows for _, rows in janitor.clean(timezone.now(), print)) == 2499
    assert SiteSecond.objects.filter(pk=newest.pk).exists()


@pytest.mark.django_db
def test_removed_dead_letters_leave_an_audit_row() -> None:
    names = {"application": "trades", "stream": "trades", "shard": "a", "arrived": NOW, "attempts": 1}
    for number, (status, days) in enumerate([("kept", 401), ("kept", 399), ("replay", 999), ("discarded", 31)]):
        letter = DeadLetter.objects.create(**names, sequence=str(number), data=b"", status=status)
        DeadLetter.objects.filter(pk=letter.pk).update(at=NOW - timedelta(days=days))
    assert sum(rows for _, rows in janitor.clean(NOW, print)) == 2
    assert sorted(DeadLetter.objects.values_list("sequence", flat=True)) == ["1", "2"]
    assert list(Audit.objects.values_list("action", "count")) == [("remove", 2)]


@pytest.mark.usefixtures("old_seconds")
def test_leases_are_kept_when_their_stream_is_unavailable(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {
        "application": "trades",
        "stream": "trades",
        "checkpoint": "shard-end",
        "watermark": NOW - timedelta(days=99),
    }
    for shard in ("a", "b"):
        Lease.objects.create(**names, shard=shard)
    assert exit_code("janitor") == 0
    assert capsys.readouterr().err.startswith("The leases on trades stay: There is no stream 'trades'.")
    assert Lease.objects.count() == 2


def test_janitor_beside_a_busy_worker_loses_no_record(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    EmbeddedStream(deployment.streams, "trades").create()
    deployment.environment["RETENTION_RATES"] = "1"
    long_ago = timezone.now() - timedelta(days=3)
    with_rows = "INSERT INTO streams_throughput (application, stream, shard, second, records, size) VALUES {}"
    values = (f"('old', 's', 'x', '{long_ago + timedelta(seconds=n):%Y-%m-%d %H:%M:%S}', 1, 1)" for n in range(20000))
    deployment.query(with_rows.format(", ".join(values)))
    producer = deployment.start("produce", "trades", "--rate", "0", "--count", "100000", "--seed", "1")
    worker = deployment.start("consume", "trades")
    assert sum(row["rows"] for row in deployment.rows("janitor")) == 20000
    producer.communicate(timeout=60)
    deployment.run("consume", "trades", "--until-caught-up")
    worker.terminate()
    assert worker.communicate(timeout=60)[1].count("database is locked") == 0
    counted = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades")
    }
    assert counted == naive_minutes(deployment.records("trades"))
