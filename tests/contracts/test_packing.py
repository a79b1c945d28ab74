"""Aggregated records on Kinesis: packed by one map of the shards, landed by another, read once and in order."""

from typing import cast

import pytest

from streams.backends.aggregating import AggregatingStream, Locating
from streams.backends.base import Stream
from streams.core.hashing import hash_key
from streams.core.records import TRIM_HORIZON, Entry, after
from tests.contracts.conftest import Make, alone
from tests.contracts.test_stream import read

pytestmark = pytest.mark.parametrize("backend", ["fake-kinesis", alone("kinesis-local")], indirect=True)
FIRST, SECOND, THIRD = (f"shardId-{number:012}" for number in range(3))
KEYS = [f"key-{number}" for number in range(8)]


def numbered(first: int, count: int) -> list[Entry]:
    return [(KEYS[number % len(KEYS)], b"%d" % number) for number in range(first, first + count)]


def by_key(stream: Stream, limit: int = 1000) -> dict[str, list[int]]:
    """Returns the records of the shards, parents first, each key in a shard of its own."""
    found: dict[str, list[int]] = {key: [] for key in KEYS}
    for shard in stream.describe().shards:
        place = TRIM_HORIZON
        while batches := read(stream, shard.id, place, limit).batches:
            for batch in batches:
                assert all(shard.hash_start <= hash_key(key) <= shard.hash_end for key in batch.keys)
                for key, data in zip(batch.keys, batch.datas, strict=True):
                    found[key].append(int(data))
            place = after(batches[-1].sequences[-1])
    return found


@pytest.fixture
def packing(make: Make) -> AggregatingStream:
    stream = AggregatingStream(cast(Locating, make("packed")))
    stream.create()
    return stream


def test_pack_from_before_a_split_is_read_once_in_order(packing: AggregatingStream, make: Make) -> None:
    packing.put(numbered(0, 40))
    make("packed").split(FIRST)
    packing.put(numbered(40, 40))
    packing.put(numbered(80, 40))
    assert by_key(make("packed")) == {key: list(range(place, 120, len(KEYS))) for place, key in enumerate(KEYS)}


def test_pack_from_before_a_merge_is_left_in_place(packing: AggregatingStream, make: Make) -> None:
    packing.split(FIRST)
    packing.put(numbered(0, 40))
    make("packed").merge(SECOND, THIRD)
    packing.put(numbered(40, 40))
    assert by_key(make("packed")) == {key: list(range(place, 80, len(KEYS))) for place, key in enumerate(KEYS)}


def test_pages_may_end_inside_an_aggregate_and_a_new_reader_goes_on_there(
    packing: AggregatingStream, make: Make
) -> None:
    packing.put(numbered(0, 20))
    reader, place, found = make("packed"), TRIM_HORIZON, []
    while batches := read(reader, FIRST, place, limit=3).batches:
        found += [int(data) for batch in batches for data in batch.datas]
        place = after(batches[-1].sequences[-1])
        reader = make("packed")
    assert found == list(range(20))
