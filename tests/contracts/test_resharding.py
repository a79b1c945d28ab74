"""The contract of every backend for splits and merges of shards."""

from collections.abc import Callable

import pytest

from streams.backends.base import Stream
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import TRIM_HORIZON, Position, Shard, StreamError, after
from tests.contracts.conftest import Make
from tests.contracts.test_stream import read

FIRST, SECOND, THIRD = (f"shardId-{number:012}" for number in range(3))
KEYS = [f"key-{number}" for number in range(20)]


def held(stream: Stream, shard: str, position: Position = TRIM_HORIZON) -> list[tuple[str, bytes]]:
    """Returns the records of a shard, read to its tip or its end."""
    found: list[tuple[str, bytes]] = []
    while True:
        page = read(stream, shard, position)
        for batch in page.batches:
            found += zip(batch.keys, batch.datas, strict=True)
            position = after(batch.sequences[-1])
        if not page.batches:
            return found


def shards(stream: Stream) -> dict[str, Shard]:
    return {shard.id: shard for shard in stream.describe().shards}


def children(stream: Stream, parent: str) -> list[Shard]:
    return [shard for shard in stream.describe().shards if parent in shard.parents]


def refused(act: Callable[[], None], match: str | None = None) -> None:
    with pytest.raises(StreamError, match=match):
        act()


@pytest.fixture
def single(make: Make) -> Stream:
    """A stream of one shard."""
    stream = make("single")
    stream.create()
    return stream


def test_a_split_closes_the_shard_and_halves_its_range(single: Stream) -> None:
    single.split(FIRST)
    low, high = children(single, FIRST)
    assert [(s.id, s.open, s.hash_start, s.hash_end) for s in (shards(single)[FIRST], low, high)] == [
        (FIRST, False, 0, HASH_SPACE - 1),
        (SECOND, True, 0, HASH_SPACE // 2 - 1),
        (THIRD, True, HASH_SPACE // 2, HASH_SPACE - 1),
    ]
    assert (low.parents, high.parents) == ((FIRST,), (FIRST,))


def test_a_split_can_be_at_any_hash_inside(single: Stream) -> None:
    single.split(FIRST, at=HASH_SPACE // 8)
    assert [(shard.hash_start, shard.hash_end) for shard in children(single, FIRST)] == [
        (0, HASH_SPACE // 8 - 1),
        (HASH_SPACE // 8, HASH_SPACE - 1),
    ]


def test_a_merge_closes_two_shards_and_joins_their_ranges(stream: Stream) -> None:
    before = shards(stream)
    stream.merge(SECOND, FIRST)
    [child] = children(stream, FIRST)
    assert set(child.parents) == {FIRST, SECOND}
    assert (child.hash_start, child.hash_end) == (before[FIRST].hash_start, before[SECOND].hash_end)
    assert [shard.id for shard in stream.describe().shards if shard.open] == [THIRD, child.id]


def test_children_go_on_with_the_numbers_of_shards(stream: Stream) -> None:
    stream.split(FIRST)
    stream.merge(SECOND, THIRD)
    assert list(shards(stream)) == [f"shardId-{number:012}" for number in range(6)]


def test_a_key_is_in_the_parent_and_then_in_the_child_and_never_out_of_order(single: Stream) -> None:
    single.put([(key, b"1") for key in KEYS])
    single.split(FIRST)
    single.put([(key, b"2") for key in KEYS])
    single.put([(key, b"3") for key in KEYS])
    low, high = children(single, FIRST)
    assert sorted(held(single, FIRST)) == sorted((key, b"1") for key in KEYS)
    later = held(single, low.id) + held(single, high.id)
    assert {key: [data for k, data in later if k == key] for key in KEYS} == {key: [b"2", b"3"] for key in KEYS}
    for shard in (low, high):
        assert all(shard.hash_start <= hash_key(key) <= shard.hash_end for key, _ in held(single, shard.id))


def test_sequence_numbers_and_stamps_of_a_child_follow_its_parents(single: Stream) -> None:
    single.put([(key, b"before") for key in KEYS])
    single.split(FIRST)
    single.put([(key, b"after") for key in KEYS])
    last = read(single, FIRST, TRIM_HORIZON).batches[-1]
    for child in children(single, FIRST):
        first = read(single, child.id, TRIM_HORIZON).batches[0]
        assert first.sequences[0] > last.sequences[-1]
        assert first.arrived >= last.arrived


def test_a_merged_shard_takes_the_keys_of_both(stream: Stream) -> None:
    stream.put([(key, b"before") for key in KEYS])
    before = len(held(stream, FIRST)) + len(held(stream, SECOND))
    stream.merge(FIRST, SECOND)
    stream.put([(key, b"after") for key in KEYS])
    [child] = children(stream, FIRST)
    assert len(held(stream, child.id)) == before
    assert {data for _, data in held(stream, child.id)} == {b"after"}


def test_a_closed_shard_is_read_to_its_end(single: Stream) -> None:
    single.put([("a", b"1"), ("a", b"2")])
    assert not read(single, FIRST, TRIM_HORIZON).ended
    single.split(FIRST)
    first = read(single, FIRST, TRIM_HORIZON, limit=1)
    assert ([batch.datas for batch in first.batches], first.ended) == ([[b"1"]], False)
    assert held(single, FIRST) == [("a", b"1"), ("a", b"2")]
    last = read(single, FIRST, TRIM_HORIZON).batches[-1].sequences[-1]
    page = read(single, FIRST, after(last))
    assert (page.batches, page.ended) == ([], True)


def test_an_empty_shard_that_is_closed_has_ended_and_its_children_have_not(single: Stream) -> None:
    single.split(FIRST)
    assert read(single, FIRST, TRIM_HORIZON).ended
    assert [read(single, child.id, TRIM_HORIZON).ended for child in children(single, FIRST)] == [False, False]


def test_a_child_can_be_split_and_merged_again(single: Stream) -> None:
    single.split(FIRST)
    single.merge(SECOND, THIRD)
    [whole] = children(single, SECOND)
    assert (whole.hash_start, whole.hash_end) == (0, HASH_SPACE - 1)
    single.put([("a", b"1")])
    assert held(single, whole.id) == [("a", b"1")]


def test_a_closed_shard_is_neither_split_nor_merged_again(single: Stream) -> None:
    single.split(FIRST)
    refused(lambda: single.split(FIRST))
    refused(lambda: single.merge(FIRST, SECOND))
    refused(lambda: single.merge(SECOND, FIRST))
    assert len(shards(single)) == 3


def test_shards_that_do_not_touch_are_not_merged(stream: Stream) -> None:
    refused(lambda: stream.merge(FIRST, THIRD))
    refused(lambda: stream.merge(FIRST, FIRST))
    assert len(shards(stream)) == 3


@pytest.mark.parametrize("at", [-1, 0, HASH_SPACE // 3 + 1, HASH_SPACE])
def test_a_hash_that_is_not_inside_the_range_is_refused(stream: Stream, at: int) -> None:
    refused(lambda: stream.split(FIRST, at))
    assert len(shards(stream)) == 3


def test_an_unknown_shard_is_neither_split_nor_merged(stream: Stream) -> None:
    unknown = "shardId-000000000099"
    refused(lambda: stream.split(unknown))
    refused(lambda: stream.merge(FIRST, unknown))
    refused(lambda: stream.merge(unknown, FIRST))


def test_a_missing_stream_cannot_be_resharded(make: Make) -> None:
    refused(lambda: make("none").split(FIRST), match="none")
    refused(lambda: make("none").merge(FIRST, SECOND), match="none")


def test_the_text_of_a_sequence_number_tells_numbers_apart(single: Stream) -> None:
    single.put([("a", b"1"), ("a", b"2")])
    sequences = [sequence for batch in read(single, FIRST, TRIM_HORIZON).batches for sequence in batch.sequences]
    assert len({single.sequence_text(sequence) for sequence in sequences}) == 2
