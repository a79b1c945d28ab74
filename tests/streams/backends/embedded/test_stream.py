"""Tests the embedded stream alone: one file, many processes, retention, damage."""

import sqlite3
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from streams.backends.embedded.schema import UPGRADES
from streams.backends.embedded.stream import RETENTION, EmbeddedStream
from streams.backends.embedded.trimming import TRIM_EVERY
from streams.core.clock import MINUTE
from streams.core.records import TRIM_HORIZON, ShardError, StreamError, after, at
from tests.fakes import FakeClock

SHARD = "shardId-000000000000"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "streams.sqlite3"


def opened(path: Path, clock: FakeClock | None = None, name: str = "trades") -> EmbeddedStream:
    return EmbeddedStream(path, name, clock) if clock else EmbeddedStream(path, name)


def held(stream: EmbeddedStream) -> list[bytes]:
    page = stream.read(SHARD, TRIM_HORIZON, 1_000_000)
    return [data for batch in page.batches for data in batch.datas]


def test_two_openings_of_a_file_see_the_same_stream(path: Path) -> None:
    first, second = opened(path), opened(path)
    first.create()
    second.put([("a", b"1")])
    assert held(first) == [b"1"]
    assert EmbeddedStream.names(path) == ["trades"]


def test_streams_of_one_file_are_apart(path: Path) -> None:
    trades, orders = opened(path), opened(path, name="orders")
    trades.create()
    orders.create()
    trades.put([("a", b"1")])
    orders.delete()
    assert (held(trades), EmbeddedStream.names(path)) == ([b"1"], ["trades"])


def put_many(path: Path, writer: int) -> None:
    stream = opened(path)
    for number in range(50):
        stream.put([(f"writer-{writer}", f"{writer}:{number}".encode())])
    stream.close()


def test_processes_that_write_at_once_lose_nothing_and_share_one_order(path: Path) -> None:
    stream = opened(path)
    stream.create()
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(put_many, [path] * 4, range(4)))
    found = held(stream)
    assert sorted(found) == sorted(f"{writer}:{number}".encode() for writer in range(4) for number in range(50))
    batches = stream.read(SHARD, TRIM_HORIZON, 1000).batches
    sequences = [sequence for batch in batches for sequence in batch.sequences]
    assert sequences == list(range(sequences[0], sequences[0] + 200))
    assert sorted(batch.arrived for batch in batches) == [batch.arrived for batch in batches]


def test_records_past_retention_are_removed_and_not_counted(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.put([("a", b"old")] * 3)
    clock.advance(RETENTION + TRIM_EVERY)
    stream.put([("a", b"new")])
    assert (held(stream), stream.describe().shards[0].records) == ([b"new"], 1)


def test_reader_goes_on_with_the_remaining_records_when_its_place_was_trimmed(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.put([("a", b"read"), ("a", b"unread")])
    place = after(stream.read(SHARD, TRIM_HORIZON, 1).batches[0].sequences[0])
    clock.advance(RETENTION + TRIM_EVERY)
    stream.put([("a", b"new")])
    assert [batch.datas for batch in stream.read(SHARD, place, 10).batches] == [[b"new"]]


def test_recreated_stream_goes_on_past_old_checkpoints(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.put([("a", b"old")] * 1000)
    last = stream.read(SHARD, TRIM_HORIZON, 1000).batches[-1].sequences[-1]
    stream.delete()
    clock.advance(1)
    stream.create()
    stream.put([("a", b"new")])
    assert [batch.datas for batch in stream.read(SHARD, after(last), 10).batches] == [[b"new"]]


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    assert opened(path)._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_the_log_does_not_grow_without_end(path: Path) -> None:
    stream = opened(path)
    stream.create()
    for _ in range(100):
        stream.put([("a", b"x" * 1000)] * 1000)
    assert path.with_name("streams.sqlite3-wal").stat().st_size < 64 << 20


def test_foreign_file_is_one_clear_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but something of yours" * 100)
    with pytest.raises(StreamError, match="cannot be opened: file is not a database"):
        opened(path)
    assert path.read_bytes() == b"not a database, but something of yours" * 100


def test_a_damaged_batch_is_an_error_not_a_gap(path: Path) -> None:
    stream = opened(path)
    stream.create()
    stream.put([("a", b"1")])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE batches SET data = x'ff00'")
    connection.close()
    with pytest.raises(ShardError, match=r"is damaged: the batch of records .* docs/backup\.md"):
        held(stream)


@pytest.mark.parametrize("damage", [b"\x92\x91\xa1\xff\x91\xc4\x011", b"\x92\x90\x90"])
def test_a_batch_with_a_flipped_bit_in_a_key_or_too_few_records_is_damaged(path: Path, damage: bytes) -> None:
    stream = opened(path)
    stream.create()
    stream.put([("a", b"1")])
    stream._db.execute("UPDATE batches SET data = ?", [damage])
    with pytest.raises(ShardError, match="is damaged"):
        held(stream)


@pytest.mark.parametrize("sequence", [2**63 - 1, 2**63, 10**26, 10**62])
def test_foreign_sequence_number_is_one_clear_sentence(path: Path, sequence: int) -> None:
    stream = opened(path)
    stream.create()
    for ask in (lambda: stream.read(SHARD, after(sequence), 10), lambda: stream.count_from(SHARD, after(sequence))):
        with pytest.raises(ShardError, match="is no place in an embedded stream"):
            ask()


def test_a_time_after_all_times_is_read_to_the_tip(path: Path) -> None:
    stream = opened(path)
    stream.create()
    stream.put([("a", b"1")])
    assert (stream.read(SHARD, at(10**30), 10).batches, stream.count_from(SHARD, at(10**30))) == ([], 0)


def test_a_file_of_an_older_release_gets_its_columns_once_and_keeps_its_records(path: Path) -> None:
    opened(path).create()
    opened(path).put([("a", b"1")])
    with sqlite3.connect(path) as connection:
        for table, column, *_ in UPGRADES:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.close()
    streams = [opened(path) for _ in range(3)]
    assert len({stream.describe().identity for stream in streams}) == 1
    page = streams[0].read(SHARD, TRIM_HORIZON, 10)
    assert ([batch.datas for batch in page.batches], page.begins) == ([[b"1"]], None)
    streams[1].put([("a", b"2")])
    assert streams[2].read(SHARD, after(page.batches[-1].sequences[-1]), 10).begins == 1


def test_dropped_shard_leaves_the_number_of_its_records(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.put([("a", b"1"), ("a", b"2")])
    stream.split(SHARD)
    clock.advance(RETENTION + MINUTE)
    stream.put([("a", b"3")])
    found = stream.describe()
    assert (found.dropped, len(found.shards)) == ({SHARD: 2}, 2)


def test_waiting_at_the_tip_asks_the_file_only_whether_it_changed(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.read(SHARD, TRIM_HORIZON, 10)
    asked: list[str] = []
    stream._db.set_trace_callback(asked.append)
    clock.advance(MINUTE)
    assert stream.read(SHARD, TRIM_HORIZON, 10).watermark == clock.time - 1000
    assert asked == ["PRAGMA data_version"]


def test_a_page_is_bounded_in_bytes_and_the_next_goes_on(path: Path) -> None:
    stream = opened(path)
    stream.create()
    datas = [bytes([number]) * 1_000_000 for number in range(20)]
    stream.put([("a", data) for data in datas])
    found: list[bytes] = []
    pages = []
    place = TRIM_HORIZON
    while len(found) < 20:
        page = stream.read(SHARD, place, 10_000)
        pages.append((sum(len(batch.keys) for batch in page.batches), page.watermark is None))
        found += [data for batch in page.batches for data in batch.datas]
        place = after(page.batches[-1].sequences[-1])
    assert (found == datas, pages) == (True, [(9, True), (9, True), (2, False)])


def test_file_of_an_older_release_gets_a_clock_and_keeps_its_records(path: Path) -> None:
    clock = FakeClock()
    stream = opened(path, clock)
    stream.create()
    stream.put([("a", b"old")])
    stream._db.execute("ALTER TABLE streams DROP COLUMN clock")
    stream.close()
    clock.advance(-MINUTE)
    stream = opened(path, clock)
    stream.put([("a", b"new")])
    batches = stream.read(SHARD, TRIM_HORIZON, 10).batches
    assert [(batch.arrived, batch.datas) for batch in batches] == [
        (clock.time + MINUTE, [b"old"]),
        (clock.time + MINUTE + 1, [b"new"]),
    ]
    stream.close()


def test_processes_that_open_an_older_file_at_once_upgrade_it_once(path: Path) -> None:
    stream = opened(path)
    stream.create()
    stream._db.execute("ALTER TABLE streams DROP COLUMN clock")
    stream.close()
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(put_many, [path] * 4, range(4)))
    assert len(held(opened(path))) == 200
