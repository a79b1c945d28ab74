"""Looks at streams with records as large, and as many in one place, as a service takes them."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON, Record
from streams.operations.tail import Tail
from streams.operations.walking import MOST_IN_STRETCH, Walk

SHARDS = 12
KEYS = [str(n) for n in range(144)]
MOST = 50 << 20  # bytes that a look may take


@pytest.fixture(params=[0, 60_000])
def large(tmp_path: Path, request: pytest.FixtureRequest) -> EmbeddedStream:
    """Has as many large records in its shards as a reader must not hold at once, with small ones before them or not."""
    stream = EmbeddedStream(tmp_path / "s.sqlite3", "large")
    stream.create(SHARDS)
    stream.put([(KEYS[number % len(KEYS)], b"{}") for number in range(request.param)])
    for key in KEYS:
        stream.put([(key, b"x" * 1_000_000)])
    return stream


def peak(records: Iterator[Record]) -> tuple[int, int]:
    """Returns how many records there are, and the most bytes that were held to walk over them."""
    tracemalloc.start()
    try:
        return sum(1 for _ in records), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_tail_of_large_records_in_many_shards_is_bounded(large: EmbeddedStream) -> None:
    count, most = peak(Tail(large, TRIM_HORIZON, lambda: None).held())
    held = sum(shard.records or 0 for shard in large.describe().shards)
    assert (count, most < MOST) == (held, True), most


def test_a_walk_back_shows_a_millisecond_with_more_records_than_a_stretch(tmp_path: Path) -> None:
    stream = EmbeddedStream(tmp_path / "s.sqlite3", "full", lambda: 1_700_000_000_000)
    stream.create()
    stream.put([("a", b"{}")] * (MOST_IN_STRETCH + 1))
    walk = Walk(stream, lambda: 1_700_000_001_000, lambda: None, 0)
    assert sum(1 for _ in walk.backward(None)) == MOST_IN_STRETCH + 1
