"""A lease and its stream: made anew, dropped unread, expired behind the checkpoint, damaged."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from applications.market.processor import Trade, TradesProcessor, inherit
from applications.market.sink import write
from streams.coordination import lease_states
from streams.core import clock
from streams.core.records import TRIM_HORIZON, Batch, Description, Lost, Shard, after
from streams.core.sink import Rows
from streams.core.state import State
from streams.core.state_log import BOUNDS
from streams.models import Lease
from tests.leasing import WorkersLeases
from tests.streams.coordination.test_leases import NOON, SHARD, commit, leases, with_lease
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def described(*shards: Shard, identity: str = "one", **dropped: int) -> Description:
    return Description("trades", "ACTIVE", 24, list(shards), identity, dropped)


def test_records_expired_unread_are_counted_with_their_time(caplog: pytest.LogCaptureFixture) -> None:
    one, held = with_lease()
    one.commit(held._replace(watermark=NOON), commit(41)._replace(lost=Lost(700, NOON + 5000)))
    one.commit(held._replace(watermark=NOON + 9000), commit(42)._replace(lost=Lost(3, NOON + 10_000)))
    lease = Lease.objects.get()
    assert (lease.expired, lease.expired_from, lease.expired_to) == (
        703,
        clock.to_datetime(NOON + 9000),
        clock.to_datetime(NOON + 10_000),
    )


@pytest.mark.parametrize(("checkpoint", "expired"), [("after-sequence-number:9/200", 100), ("garbage", 0)])
def test_shard_dropped_unread_is_counted_and_reported(
    caplog: pytest.LogCaptureFixture, checkpoint: str, expired: int
) -> None:
    one = leases()
    Lease.objects.update(checkpoint=checkpoint)
    one.sync(lambda: described(a=300), TRIM_HORIZON)
    lease = Lease.objects.get()
    assert (lease.checkpoint, lease.expired, lease.expired_to is not None) == ("shard-end", expired, True)
    [line] = caplog.messages
    assert "expired before trades on trades/a read them, and are lost" in line


def test_shard_dropped_after_it_was_read_is_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    one = leases()
    Lease.objects.update(checkpoint="after-sequence-number:9/300")
    one.sync(lambda: described(a=300), TRIM_HORIZON)
    assert (Lease.objects.get().checkpoint, caplog.messages) == ("shard-end", [])


def test_leases_of_an_older_release_take_the_identity_of_the_stream() -> None:
    one = leases()
    Lease.objects.update(identity="", checkpoint=str(after(41)))
    one.sync(lambda: described(SHARD, identity="embedded:x"), TRIM_HORIZON)
    assert [(lease.identity, lease.current, lease.checkpoint) for lease in Lease.objects.all()] == [
        ("embedded:x", True, str(after(41)))
    ]


@pytest.mark.parametrize(("sequence", "identity"), [(10**61, "embedded:x"), (41, "kinesis:x")])
def test_leases_of_an_older_release_are_not_taken_when_checkpoints_are_of_another_backend(
    sequence: int, identity: str
) -> None:
    one = leases()
    Lease.objects.update(identity="", checkpoint=str(after(sequence)))
    one.sync(lambda: described(SHARD, identity=identity), TRIM_HORIZON)
    found = [(lease.identity, lease.current, lease.checkpoint) for lease in Lease.objects.order_by("pk")]
    assert found == [("", False, str(after(sequence))), (identity, True, str(TRIM_HORIZON))]


def test_recreated_stream_is_reported_once_and_its_open_windows_go_on(caplog: pytest.LogCaptureFixture) -> None:
    one, held = with_lease()
    processor = TradesProcessor()
    trade = Trade("AAPL", "BUY", 10.0, 5)
    processor.add(Batch(NOON, [1], ["AAPL"], [b""]), [trade])
    processor.advance(NOON + 50_000)
    one.commit(held, commit(41)._replace(state=processor.changes()))
    for worker in (one, WorkersLeases("trades", "trades", "trades", Rows(write), inherit, "two")):
        worker.sync(lambda: described(SHARD, identity="two"), TRIM_HORIZON)
    assert len([line for line in caplog.messages if "leads to another stream than before" in line]) == 1
    one.assign()
    [new] = one.acquire(1)
    again = TradesProcessor(new.state)
    again.add(Batch(NOON - 10**9, [1], ["AAPL"], [b""]), [trade])  # nothing is late for a stream that begins
    again.add(Batch(NOON + 1, [2], ["AAPL"], [b""]), [trade])
    assert sorted(row.tally.trades for row in again.take() or []) == [1, 2]


def note_writing(writing: set[str], name: str, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Adds the name of a worker that is about to lock or change a lease."""
    if "UPDATE" in sql:
        writing.add(name)
    return execute(sql, *rest)


def test_recreated_stream_is_replaced_once_when_workers_list_at_once(caplog: pytest.LogCaptureFixture) -> None:
    one, held = with_lease()
    one.commit(held, commit(41))
    together, writing = Barrier(WORKERS), set[str]()

    def describe() -> Description:
        together.wait(timeout=60)
        return described(SHARD, SHARD._replace(id="b"), identity="two")

    def inherited(*_: Any, **__: Any) -> State:
        wait_for(lambda: len(writing) == WORKERS)
        return State(b"kept")  # inside the exchange: the others wait for it

    def list_it(name: str) -> None:
        with connection.execute_wrapper(partial(note_writing, writing, name)), closing(connection):
            WorkersLeases("trades", "trades", "trades", Rows(write), inherited, name).sync(describe, TRIM_HORIZON)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(list_it, map(str, range(WORKERS))))
    assert len([line for line in caplog.messages if "leads to another stream than before" in line]) == 1
    found = Lease.objects.order_by("identity", "shard")
    kept = [(lease.identity, lease.shard, lease.current, lease_states.load(lease, BOUNDS)[0].meta) for lease in found]
    assert kept == [("one", "a", False, b"state"), ("two", "a", True, b"kept"), ("two", "b", True, b"kept")]


if connection.vendor == "sqlite":  # its test database is one thread's; tests/test_on_servers.py runs the test elsewhere
    del test_recreated_stream_is_replaced_once_when_workers_list_at_once


def test_recreated_stream_is_read_when_the_old_state_is_damaged(caplog: pytest.LogCaptureFixture) -> None:
    one = leases()
    Lease.objects.update(state=b"\xff\x00")
    one.sync(lambda: described(SHARD, identity="two"), TRIM_HORIZON)
    one.assign()
    assert [held.identity for held in one.acquire(1)] == ["two"]
    assert "is damaged and left out" in caplog.messages[0]


def test_only_lease_is_current_again_when_its_row_was_damaged() -> None:
    one = leases()
    Lease.objects.update(current=False, checkpoint=str(after(41)))
    one.sync(lambda: described(SHARD), TRIM_HORIZON)
    assert [(lease.current, lease.checkpoint) for lease in Lease.objects.all()] == [(True, str(after(41)))]
