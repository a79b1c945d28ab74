"""Rows on their way into other streams."""

import json
from typing import Any

import pytest

from sql.live import backlog, delivery
from sql.live.delivery import Deliverer
from sql.live.deploying import deploy
from sql.live.models import SqlApplication, SqlDelivery, SqlFault, SqlOutbox
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.engine.consumer import Consumer
from streams.wiring import build_worker, open_stream
from tests.sql.live.fake import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fake_programs")]
OUTPUT = '\n[[outputs]]\nstream = "OUT"\nto = "totals"\n{more}'


def deployed(more: str = "") -> None:
    content = files()
    content["application.toml"] += OUTPUT.format(more=more).encode()
    deploy("counts", content, "eve")


def consume(records: list[tuple[str, bytes]]) -> None:
    open_stream("clicks").put(records)
    worker = build_worker("counts", "clicks", TRIM_HORIZON)
    while worker.step():
        pass
    worker.close()


def deliverer(**more: Any) -> Deliverer:
    return Deliverer(SqlApplication.objects.get().pk, "clicks", **more)


def totals() -> list[tuple[str, bytes]]:
    stream = open_stream("totals")
    page = stream.read(stream.describe().shards[0].id, TRIM_HORIZON, 100)
    return [pair for batch in page.batches for pair in zip(batch.keys, batch.datas, strict=True)]


@pytest.fixture
def target(clicks: EmbeddedStream) -> EmbeddedStream:
    stream = open_stream("totals")
    stream.create()
    assert isinstance(stream, EmbeddedStream)
    return stream


@pytest.mark.usefixtures("target")
def test_rows_reach_the_other_stream_as_the_service_wrote_them(clicks: EmbeddedStream) -> None:
    deployed()
    consume([("a", b"1"), ("b", b"1")])
    deliver = deliverer()
    assert (deliver(), SqlOutbox.objects.count(), deliver()) == (False, 0, False)
    [(key, data), _] = totals()
    row = json.loads(data)
    assert (key, list(row), row["TOTAL"], len(row["AT"])) == ("a", ["KEY", "TOTAL", "AT"], 1, 23)
    assert SqlDelivery.objects.get().delivered == 2


@pytest.mark.usefixtures("target")
def test_rows_are_put_once_when_a_process_dies_after_the_stream_has_them(
    clicks: EmbeddedStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed('format = "csv"\nkey = "TOTAL"\n')
    consume([("a", b"1"), ("a", b"1")])

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Deliverer, "_done", die)
        deliverer()()
    SqlDelivery.objects.update(owner="")
    SqlDelivery.objects.update(expires="2020-01-01T00:00:00Z")
    deliverer()()
    assert [(key, data[:4]) for key, data in totals()] == [("1", b"a,1,"), ("2", b"a,2,")]


@pytest.mark.usefixtures("target")
def test_second_process_waits_for_a_lease_that_can_be_true(clicks: EmbeddedStream) -> None:
    deployed()
    consume([("a", b"1")])
    first, second = deliverer(), deliverer()
    first()
    consume([("a", b"1")])
    second()
    assert len(totals()) == 1
    SqlDelivery.objects.update(expires="2999-01-01T00:00:00Z")  # the clock was set back: no lease lasts so long
    second()
    assert len(totals()) == 2


def test_rows_wait_for_a_stream_that_is_not_there(clicks: EmbeddedStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MOST", 1)
    clock = [0.0]
    deployed()
    consume([("a", b"1")])
    deliver = deliverer(monotonic=lambda: clock[0])
    assert (deliver(), SqlOutbox.objects.count()) == (False, 1)
    assert "There is no stream 'totals'" in SqlDelivery.objects.get().trouble
    for _ in range(3):
        consume([("a", b"1")])  # the worker waits from the third on
    assert SqlOutbox.objects.count() == 2
    open_stream("totals").create()
    clock[0] += delivery.RETRY
    assert (deliver(), SqlOutbox.objects.count(), SqlDelivery.objects.get().trouble) == (False, 0, "")
    consume([])
    deliver()
    assert [json.loads(data)["TOTAL"] for _, data in totals()] == [1, 2, 3, 4]


def test_row_that_is_too_large_is_a_fault_and_holds_nothing_up(clicks: EmbeddedStream, target: EmbeddedStream) -> None:
    target._db.execute("UPDATE streams SET max_record = 40 WHERE name = 'totals'")
    deployed()
    consume([("a", b"1"), ("a" * 60, b"1"), ("b", b"1")])
    target._db.execute("UPDATE streams SET max_record = 100 WHERE name = 'totals'")
    deliverer()()
    assert [key for key, _ in totals()] == ["a", "b"]
    assert (SqlOutbox.objects.count(), SqlFault.objects.get().pump) == (0, "output to totals")


@pytest.mark.usefixtures("target")
def test_second_process_delivers_at_once_when_the_first_has_ended(clicks: EmbeddedStream) -> None:
    deployed()
    consume([("a", b"1")])
    first, second = deliverer(), deliverer()
    first()
    first.close()
    consume([("a", b"1")])
    second()
    assert len(totals()) == 2


@pytest.mark.usefixtures("target")
def test_consumer_is_caught_up_when_all_that_waits_is_delivered(
    clicks: EmbeddedStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed()
    for _ in range(3):
        consume([("a", b"1")])
    monkeypatch.setattr(delivery, "BOXES", 1)
    consumer = Consumer(build_worker("counts", "clicks", TRIM_HORIZON), deliver=deliverer())
    while not consumer.caught_up:
        consumer.step()
    consumer.close()
    assert (len(totals()), SqlOutbox.objects.count()) == (3, 0)
