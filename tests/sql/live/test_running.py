"""SQL applications that run: deployed, consumed, reported."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.steps.models import RowStep
from login import janitor
from sql.live.deploying import deploy, roll_back
from sql.live.models import SqlFault, SqlRow, SqlSwitch, SqlTail
from streams import applications
from streams.applications import Asked
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.engine.consumer import Consumer
from streams.models import Lease, RollupMark
from streams.wiring import build_worker
from tests.sql.live.fake import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fake_programs")]


def consume(name: str = "counts") -> None:
    """Applies all records of an application's stream, and delivers the waiting rows."""
    found = applications.find(name)
    worker = build_worker(name, found.stream, TRIM_HORIZON)
    consumer = Consumer(worker, deliver=found.deliver and found.deliver(found.stream))
    while consumer.step():
        pass
    consumer.close()


def report(name: str = "counts", **asked: Any) -> list[dict[str, Any]]:
    find = applications.find(name).report_range
    assert find
    return list(find(Asked(**asked)))


def totals(name: str = "counts") -> list[tuple[str, int]]:
    return [(row["row"]["KEY"], row["row"]["TOTAL"]) for row in report(name)]


def test_deployed_application_stores_the_rows_of_streams_that_no_pump_reads(clicks: EmbeddedStream) -> None:
    deploy("counts", files(), "eve")
    clicks.put([("a", b"1"), ("b", b"1"), ("a", b"1")])
    consume()
    assert totals() == [("a", 1), ("b", 1), ("a", 2)]
    assert [(tail.output.name, tail.count) for tail in SqlTail.objects.order_by("pk")] == [("ALL", 3), ("OUT", 3)]
    newest = json.loads(SqlTail.objects.get(output__name="ALL").newest)
    assert [row["TOTAL"] for _, row in newest] == [1, 1, 2]
    assert (RollupMark.objects.exists(), RowStep.objects.exists()) == (False, True)  # boards read them


def test_rows_are_written_once_when_the_worker_starts_again(clicks: EmbeddedStream) -> None:
    deploy("counts", files(), "eve")
    for number in range(3):
        clicks.put([("a", b"1")] * (number + 1))
        consume()
    assert [total for _, total in totals()] == [1, 2, 3, 4, 5, 6]
    assert list(SqlRow.objects.order_by("pk").values_list("ordinal", flat=True)) == [1, 4, 5, 9, 10, 11]


def test_version_switches_at_the_next_record_and_keeps_the_state(clicks: EmbeddedStream) -> None:
    deploy("counts", files(), "eve")
    clicks.put([("a", b"1")])
    consume()
    deploy("counts", files(factor=10), "eve")
    clicks.put([("a", b"1")])
    consume()
    roll_back("counts")
    clicks.put([("a", b"1")])
    consume()
    assert totals() == [("a", 1), ("a", 20), ("a", 3)]
    switches = SqlSwitch.objects.order_by("pk").values_list("before", "version", "shard")
    assert list(switches) == [(0, 1, "*"), (1, 2, "*"), (2, 1, "*")]


def test_running_worker_takes_a_new_version_by_itself(clicks: EmbeddedStream, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    deploy("counts", files(), "eve")
    worker = build_worker("counts", "clicks", TRIM_HORIZON)
    clicks.put([("a", b"1")])
    worker.step()
    deploy("counts", files(factor=7), "eve")
    clock[0] += 1  # its configuration is older than half a second
    clicks.put([("a", b"1")])
    worker.step()
    worker.close()
    assert totals() == [("a", 1), ("a", 14)]


def test_faults_are_counted_by_reason(clicks: EmbeddedStream) -> None:
    deploy("counts", files(), "eve")
    clicks.put([("a", b"bad"), ("b", b"1"), ("a", b"bad")])
    consume()
    clicks.put([("c", b"bad")])
    consume()
    [fault] = SqlFault.objects.all()
    assert (fault.count, fault.kind, fault.pump, fault.column, fault.line) == (3, "CAST", "P", "TOTAL", 3)
    assert totals() == [("b", 1)]


def test_janitor_removes_rows_and_faults_that_are_old_by_their_row_time(clicks: EmbeddedStream, settings: Any) -> None:
    deploy("counts", files(), "eve")
    clicks.put([("a", b"1"), ("a", b"bad")])
    consume()
    for days, left in ((settings.RETENTION_SQL - 1, 1), (settings.RETENTION_SQL + 1, 0)):
        Lease.objects.update(watermark=timezone.now() + timedelta(days=days))
        list(janitor.clean(timezone.now() + timedelta(days=days), print, pause=lambda seconds: None))
        assert (SqlRow.objects.count(), SqlFault.objects.count(), SqlTail.objects.count()) == (left, left, 2)
