"""The contract of every backend."""

import contextlib
import time
from itertools import islice
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.backends.base import Stream
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import (
    LATEST,
    TRIM_HORIZON,
    Entry,
    InvalidRecordError,
    Page,
    Place,
    Position,
    ShardGoneError,
    StreamError,
    StreamExistsError,
    StreamNotFoundError,
    after,
    at,
)
from streams.operations.walking import Walk, one
from tests.contracts.conftest import Backend, Make
from tests.waiting import wait_for


def read(stream: Stream, shard: str, position: Position, limit: int = 1000) -> Page:
    """The next page that says something: has records, or is at the tip or the end. A stream may answer "not yet"."""
    return cast(Page, wait_for(lambda: _said(stream.read(shard, position, limit))))


def _said(page: Page) -> Page | None:
    return page if page.batches or page.ended or page.watermark is not None else None


def contents(stream: Stream, position: Position = TRIM_HORIZON, limit: int = 1000) -> list[tuple[int, str, bytes]]:
    """Every record of every shard as (sequence, key, data), by sequence, read page by page."""
    found: list[tuple[int, str, bytes]] = []
    for shard in stream.describe().shards:
        place = position
        while batches := read(stream, shard.id, place, limit).batches:
            for batch in batches:
                found += zip(batch.sequences, batch.keys, batch.datas, strict=True)
            place = after(batches[-1].sequences[-1])
    return sorted(found)


def test_a_new_stream_divides_the_hash_space_without_gap_or_overlap(stream: Stream) -> None:
    shards = stream.describe().shards
    assert [shard.id for shard in shards] == [f"shardId-{index:012}" for index in range(3)]
    assert shards[0].hash_start == 0
    assert shards[-1].hash_end == HASH_SPACE - 1
    assert [left.hash_end + 1 for left in shards[:-1]] == [right.hash_start for right in shards[1:]]


def test_a_stream_is_created_once(stream: Stream) -> None:
    with pytest.raises(StreamExistsError):
        stream.create()


def test_a_missing_stream_is_named_in_the_error(make: Make) -> None:
    for act in (make("orders").describe, lambda: make("orders").put([("a", b"1")]), make("orders").delete):
        with pytest.raises(StreamNotFoundError, match="orders"):
            act()


def test_a_deleted_stream_is_gone_and_can_be_made_again_empty(stream: Stream) -> None:
    stream.put([("a", b"1")])
    stream.delete()
    with pytest.raises(StreamNotFoundError):
        stream.describe()
    stream.create()
    assert contents(stream) == []


def test_stream_keeps_its_identity_until_recreated(make: Make, backend: Backend) -> None:
    stream = make("one")
    stream.create()
    stream.put([("a", b"1")])
    first = stream.describe().identity
    assert (len(first) in range(1, 201), make("one").describe().identity) == (True, first)
    # Until it differs: an emulator may say in whole seconds when a stream was made.
    wait_for(lambda: made_anew(stream, shards=1).describe().identity != first)
    assert make("one").describe().identity == stream.describe().identity
    stream.put([("a", b"2")])
    assert read(stream, stream.describe().shards[0].id, TRIM_HORIZON).identity == stream.describe().identity


def test_older_handle_returns_the_identity_of_the_recreated_stream(make: Make) -> None:
    mine, others = make("one"), make("one")
    mine.create()
    mine.put([("a", b"1")])
    shard = mine.describe().shards[0].id
    before = read(mine, shard, TRIM_HORIZON)
    wait_for(lambda: made_anew(others, shards=1).describe().identity != before.identity)
    others.put([("a", b"2")])
    found = wait_for(lambda: _what_is_read(mine, shard, after(before.batches[0].sequences[0])))
    assert found != (before.identity, [b"2"])


def _what_is_read(stream: Stream, shard: str, position: Position) -> tuple[str, list[bytes]] | None:
    """The identity that is read, with the records; None as long as the stream says "not yet"."""
    try:
        page = _said(stream.read(shard, position, 10))
    except StreamError:
        return "refused", []
    return (page.identity, [data for batch in page.batches for data in batch.datas]) if page else None


def test_records_are_read_as_put_with_increasing_sequence_numbers(stream: Stream) -> None:
    entries = [(f"key-{index % 7}", bytes([index % 256]) * (index % 50)) for index in range(500)]
    for start in range(0, 500, 100):
        stream.put(entries[start : start + 100])
    for key in {key for key, _ in entries}:
        assert [data for _, k, data in contents(stream) if k == key] == [data for k, data in entries if k == key]
    sequences = [sequence for sequence, _, _ in contents(stream)]
    assert len(set(sequences)) == 500


def test_a_key_lives_in_the_shard_whose_range_holds_its_hash(stream: Stream, backend: Backend) -> None:
    stream.put([(f"key-{index}", b"") for index in range(50)])
    for shard in stream.describe().shards:
        keys = [key for batch in read(stream, shard.id, TRIM_HORIZON).batches for key in batch.keys]
        assert shard.records == (len(keys) if backend.counts else None)
        assert all(shard.hash_start <= hash_key(key) <= shard.hash_end for key in keys)


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_pages_of_any_size_give_every_record_once(stream: Stream, limit: int) -> None:
    for index in range(10):
        stream.put([("a", f"{index}-{part}".encode()) for part in range(index + 1)])
    assert contents(stream, limit=limit) == contents(stream)
    assert len(contents(stream)) == 55


def test_reading_after_a_sequence_number_starts_at_the_next(stream: Stream) -> None:
    stream.put([("a", b"1"), ("a", b"2"), ("a", b"3")])
    first = contents(stream)[0][0]
    assert [data for _, _, data in contents(stream, after(first))] == [b"2", b"3"]


def test_reading_at_a_time_starts_with_the_records_of_then(stream: Stream, backend: Backend) -> None:
    stream.put([("a", b"early")])
    later = backend.tick()
    stream.put([("a", b"late")])
    assert [data for _, _, data in contents(stream, at(later))] == [b"late"]
    assert contents(stream, at(backend.tick())) == []


def test_arrival_stamps_never_run_backwards(stream: Stream, backend: Backend) -> None:
    start = backend.now()
    stream.put([("a", b"1")])
    backend.turn_back()
    stream.put([("a", b"2")])
    shards = [shard.id for shard in stream.describe().shards]
    arrivals = [batch.arrived for shard in shards for batch in read(stream, shard, TRIM_HORIZON).batches]
    assert arrivals == sorted(arrivals)
    assert arrivals[0] >= start


def test_read_is_complete_only_at_the_tip(make: Make, backend: Backend) -> None:
    stream = make("one")
    stream.create()
    stream.put([("a", b"1"), ("a", b"2")])
    shard = stream.describe().shards[0].id
    assert read(stream, shard, TRIM_HORIZON, 1).watermark is None
    watermark = read(stream, shard, TRIM_HORIZON, 3).watermark
    assert watermark is not None
    assert watermark <= backend.now()


def test_stream_time_is_that_of_its_stamps(make: Make, backend: Backend) -> None:
    stream = make("one")
    stream.create()
    before = stream.now()
    stream.put([("a", b"1")])
    [batch] = read(stream, stream.describe().shards[0].id, TRIM_HORIZON).batches
    # Kinesis' header has whole seconds.
    assert before <= backend.now() < before + 2000
    assert before <= batch.arrived < stream.now() + 1000


def test_empty_read_is_followed_by_the_next_records(make: Make) -> None:
    stream = make("one")
    stream.create()
    shard = stream.describe().shards[0].id
    for text in (b"1", b"2"):
        place = after(contents(stream)[-1][0]) if contents(stream) else TRIM_HORIZON
        assert read(stream, shard, place).batches == []
        stream.put([("a", text)])
        assert [batch.datas for batch in read(stream, shard, place).batches] == [[text]]


def test_reading_at_latest_is_refused(stream: Stream) -> None:
    with pytest.raises(StreamError):
        stream.read("shardId-000000000000", LATEST, 10)


def test_a_record_is_found_by_its_number(stream: Stream) -> None:
    stream.put([("a", b"1"), ("a", b"2"), ("b", b"3")])
    for shard in stream.describe().shards:
        for batch in read(stream, shard.id, TRIM_HORIZON).batches:
            for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True):
                assert one(stream, shard.id, sequence, briefly) == (batch.arrived, sequence, shard.id, key, data)


def test_a_stream_is_walked_from_its_newest_record_back(stream: Stream, backend: Backend) -> None:
    stream.put([("a", b"1")])
    backend.tick()
    stream.put([("a", b"2")])
    backend.tick()
    walk = Walk(stream, lambda: backend.now() + 1, briefly, 0)
    records = list(islice(walk.backward(None), 2))
    assert [record[4] for record in records] == [b"2", b"1"]
    assert [record[4] for record in islice(walk.backward(Place(*records[0][:2])), 1)] == [b"1"]
    assert [record[4] for record in walk.forward(Place(*records[1][:2]))] == [b"2"]


def briefly() -> None:
    time.sleep(0.02)  # as long as a service says "not yet"


def test_an_unknown_shard_is_an_error(stream: Stream) -> None:
    with pytest.raises(ShardGoneError):
        stream.read("shardId-000000000099", TRIM_HORIZON, 10)


@pytest.mark.parametrize(
    "bad",
    [("", b"x"), ("k" * 257, b"x"), ("k", b"x" * (1 << 20)), ("\udc80", b"x"), ("k", "text"), (7, b"x")],
)
def test_a_bad_record_is_refused_with_its_whole_put(stream: Stream, bad: Entry) -> None:
    with pytest.raises(InvalidRecordError):
        stream.put([("good", b"1"), bad])
    assert contents(stream) == []


def test_the_largest_record_is_taken(stream: Stream) -> None:
    stream.put([("k", b"x" * ((1 << 20) - 1))] * 3)
    assert [len(data) for _, _, data in contents(stream)] == [(1 << 20) - 1] * 3


def test_records_are_read_once_in_key_order(backend: Backend) -> None:
    puts = st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=20)), max_size=8), max_size=8)

    @settings(max_examples=backend.examples)
    @given(puts=puts, limit=st.integers(1, 9))
    def check(puts: list[list[Entry]], limit: int) -> None:
        stream = made_anew(backend.make("any"))
        for entries in puts:
            stream.put(entries)
        found = contents(stream, limit=limit)
        for name in "abcdef":
            assert [data for _, key, data in found if key == name] == [
                data for entries in puts for key, data in entries if key == name
            ]

    check()


def made_anew(stream: Stream, shards: int = 2) -> Stream:
    with contextlib.suppress(StreamNotFoundError):
        stream.delete()
    stream.create(shards)
    return stream
