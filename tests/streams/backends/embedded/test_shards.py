"""Tests re-sharding of an embedded stream: retention, and processes that write meanwhile."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from streams.backends.embedded.stream import RETENTION, EmbeddedStream
from streams.backends.embedded.trimming import TRIM_EVERY
from streams.core.clock import MINUTE
from streams.core.records import TRIM_HORIZON, StreamError
from tests.fakes import FakeClock

PARENT, LOW, HIGH = (f"shardId-{number:012}" for number in range(3))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stream(tmp_path: Path, clock: FakeClock) -> EmbeddedStream:
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades", clock)
    stream.create()
    return stream


def names(stream: EmbeddedStream) -> list[str]:
    return [shard.id for shard in stream.describe().shards]


def trim(stream: EmbeddedStream, clock: FakeClock, milliseconds: int) -> None:
    """Lets time pass, and a put come by that sweeps."""
    clock.advance(milliseconds)
    stream.put([("sweeper", b"")])


def test_a_closed_shard_is_listed_while_it_holds_records_and_dropped_after(
    stream: EmbeddedStream, clock: FakeClock
) -> None:
    stream.put([("a", b"1")] * 3)
    clock.advance(MINUTE)
    stream.split(PARENT)
    trim(stream, clock, RETENTION)
    assert (names(stream), stream.describe().shards[0].records) == ([PARENT, LOW, HIGH], 0)
    trim(stream, clock, TRIM_EVERY)
    assert names(stream) == [LOW, HIGH]
    assert stream.describe().shards[0].parents == (PARENT,)


def test_closed_empty_shard_is_kept_for_the_retention_of_a_record(stream: EmbeddedStream, clock: FakeClock) -> None:
    clock.advance(10 * RETENTION)
    stream.split(PARENT)
    trim(stream, clock, RETENTION)
    assert names(stream) == [PARENT, LOW, HIGH]
    trim(stream, clock, TRIM_EVERY)
    assert names(stream) == [LOW, HIGH]


def test_an_old_open_shard_without_records_is_kept(stream: EmbeddedStream, clock: FakeClock) -> None:
    stream.split(PARENT)
    trim(stream, clock, 10 * RETENTION)
    assert names(stream) == [LOW, HIGH]


def test_numbers_of_dropped_shards_are_not_reused(stream: EmbeddedStream, clock: FakeClock) -> None:
    stream.split(PARENT)
    stream.merge(LOW, HIGH)
    trim(stream, clock, RETENTION + TRIM_EVERY)
    stream.split("shardId-000000000003")
    assert names(stream) == [f"shardId-{number:012}" for number in (3, 4, 5)]


def test_a_dropped_shard_is_an_unknown_one(stream: EmbeddedStream, clock: FakeClock) -> None:
    stream.split(PARENT)
    trim(stream, clock, RETENTION + TRIM_EVERY)
    with pytest.raises(StreamError, match="has no shard"):
        stream.read(PARENT, TRIM_HORIZON, 10)


def test_waiting_reader_at_the_tip_sees_the_shard_close(stream: EmbeddedStream) -> None:
    assert not stream.read(PARENT, TRIM_HORIZON, 10).ended
    EmbeddedStream(stream.path, "trades").split(PARENT)
    assert stream.read(PARENT, TRIM_HORIZON, 10).ended


def put_many(path: Path, writer: int) -> None:
    stream = EmbeddedStream(path, "trades")
    for number in range(50):
        stream.put([(f"{writer}-{key}", str(number).encode()) for key in range(4)])
    stream.close()


def test_puts_of_processes_keep_all_records_in_order_while_shards_split_and_merge(tmp_path: Path) -> None:
    path = tmp_path / "streams.sqlite3"
    stream = EmbeddedStream(path, "trades")
    stream.create()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        writers = [pool.submit(put_many, path, writer) for writer in range(2)]
        while not all(writer.done() for writer in writers):
            stream.split(next(shard.id for shard in stream.describe().shards if shard.open))
            stream.merge(*[shard.id for shard in stream.describe().shards if shard.open])
        for writer in writers:
            writer.result()
    found: dict[str, list[int]] = {}
    for shard in stream.describe().shards:
        for batch in stream.read(shard.id, TRIM_HORIZON, 1_000_000).batches:
            for key, data in zip(batch.keys, batch.datas, strict=True):
                found.setdefault(key, []).append(int(data))
    assert found == {f"{writer}-{key}": list(range(50)) for writer in range(2) for key in range(4)}
