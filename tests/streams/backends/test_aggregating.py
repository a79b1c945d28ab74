"""Tests packing by shard: each record is read once, in order, in the shard of its key, after any re-sharding."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.backends.aggregating import PACK_BYTES, AggregatingStream, Locating
from streams.backends.aggregation import MAGIC
from streams.backends.limits import MAX_RECORD
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import TRIM_HORIZON, Description, Entry, InvalidRecordError, StreamDownError, StreamError
from tests.fakes import MemoryStream
from tests.packing import aggregate, deaggregate, in_shard

FIRST = "shardId-000000000000"
KEYS = [f"key-{number}" for number in range(12)]


class Resharded(MemoryStream):
    """Something else happens to it just before each put."""

    def __init__(self, meanwhile: Sequence[Callable[[MemoryStream], None]] = ()) -> None:
        super().__init__()
        self._meanwhile = list(meanwhile)
        self.puts = 0

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        self.puts += 1
        if self._meanwhile:
            self._meanwhile.pop(0)(self)
        return super().put_located(entries)


class Unsteady(MemoryStream):
    """Is down every other time, having taken a part."""

    puts = 0

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        self.puts += 1
        if self.puts % 2:
            return super().put_located(entries)
        taken = entries[: min(self.puts % 3, len(entries) - 1)]
        super().put_located(taken)
        raise StreamDownError("Nobody answers.", entries[len(taken) :] if taken else None)


def raw(stream: MemoryStream) -> list[Entry]:
    """The records as the service holds them."""
    pages = [stream.read(shard.id, TRIM_HORIZON, 10_000) for shard in stream.describe().shards]
    return [entry for page in pages for batch in page.batches for entry in zip(batch.keys, batch.datas, strict=True)]


def unpacked(stream: MemoryStream) -> dict[str, list[bytes]]:
    """Returns the records that readers of the shards find, by key, parents first."""
    found: dict[str, list[bytes]] = {}
    for shard in stream.describe().shards:
        for batch in stream.read(shard.id, TRIM_HORIZON, 10_000).batches:
            for record in zip(batch.keys, batch.datas, strict=True):
                for key, data in in_shard(*record, shard.hash_start, shard.hash_end):
                    assert shard.hash_start <= hash_key(key) <= shard.hash_end
                    found.setdefault(key, []).append(data)
    return found


def by_key(entries: Sequence[Entry]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for key, data in entries:
        found.setdefault(key, []).append(data)
    return found


def numbered(count: int, size: int = 20) -> list[Entry]:
    return [(KEYS[number % len(KEYS)], b"%0*d" % (size, number)) for number in range(count)]


def split_widest(stream: MemoryStream) -> None:
    stream.split(max(open_shards(stream), key=lambda shard: shard[1])[0])


def merge_first(stream: MemoryStream) -> None:
    first, second, *_ = [*open_shards(stream), ("none", 0)]
    if second[0] != "none":
        stream.merge(first[0], second[0])


def open_shards(stream: MemoryStream) -> list[tuple[str, int]]:
    """Name and width, by range."""
    found = sorted((shard.hash_start, shard) for shard in stream.describe().shards if shard.open)
    return [(shard.id, shard.hash_end - start) for start, shard in found]


def leave_alone(stream: MemoryStream) -> None:
    pass


def test_a_put_becomes_one_record_of_each_shard() -> None:
    inner = Resharded()
    inner.create(3)
    stream = AggregatingStream(inner)
    stream.put(numbered(600))
    assert len(raw(inner)) == 3
    assert unpacked(inner) == by_key(numbered(600))
    assert all(key in dict(deaggregate(key, data) or []) for key, data in raw(inner))


def test_put_larger_than_a_pack_makes_more_or_larger_packs() -> None:
    inner = Resharded()
    inner.create()
    AggregatingStream(inner).put(numbered(1000, size=100))
    assert [len(data) <= PACK_BYTES for _, data in raw(inner)] == [True] * 3
    AggregatingStream(inner).put(numbered(5000, size=100))
    assert len(raw(inner)) == 3 + 5
    assert max(len(data) for _, data in raw(inner)) > 2 * PACK_BYTES


def test_keys_count_as_bytes_of_their_pack() -> None:
    inner = Resharded()
    inner.create()
    entries = [(f"{number:0200}", b"x") for number in range(700)]
    AggregatingStream(inner).put(entries)
    assert [0.9 * PACK_BYTES < len(data) <= PACK_BYTES for _, data in raw(inner)] == [True] * 3
    assert unpacked(inner) == by_key(entries)


def test_put_again_after_an_outage_completes_each_record_once_in_order() -> None:
    inner = Unsteady()
    inner.create(3)
    stream = AggregatingStream(inner)
    left: Sequence[Entry] = numbered(9000, size=100)
    tries = 0
    while left:
        tries += 1
        try:
            stream.put(left)
        except StreamDownError as error:
            assert error.left is not None and 0 < len(error.left) <= len(left)
            left = error.left
        else:
            left = []
    assert (unpacked(inner), tries > 3) == (by_key(numbered(9000, size=100)), True)


def test_pack_in_an_unreadable_place_is_not_put_again(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = Resharded([leave_alone, split_widest])
    inner.create(2)
    stream = AggregatingStream(inner)
    stream.put(numbered(20))

    def nobody() -> Description:
        raise StreamDownError("Nobody answers.")

    monkeypatch.setattr(stream, "describe", nobody)
    with pytest.raises(StreamError, match=r"which cannot be looked up\. Nobody answers") as caught:
        stream.put(numbered(20))
    assert type(caught.value) is StreamError


def test_records_of_any_size_fit() -> None:
    inner = Resharded()
    inner.create()
    sizes = [0, MAX_RECORD - 1, 1, PACK_BYTES, MAX_RECORD - 5000, MAX_RECORD - 1, 7]
    entries = [("k", b"x" * size) for size in sizes] + [("ü" * 256, b"x" * (MAX_RECORD - 4142))]
    AggregatingStream(inner).put(entries)
    assert unpacked(inner) == by_key(entries)


def test_a_lone_record_stays_as_it_is_unless_it_looks_like_an_aggregate() -> None:
    inner = Resharded()
    inner.create()
    stream = AggregatingStream(inner)
    like_one = aggregate([("inside", b"")])
    for data in (b"plain", like_one, MAGIC):
        stream.put([("key", data)])
    assert raw(inner)[0] == ("key", b"plain")
    assert unpacked(inner) == {"key": [b"plain", like_one, MAGIC]}


@pytest.mark.parametrize("bad", [("", b"x"), ("k", b"x" * (1 << 20)), ("\udc80", b"x"), ("k", "text")])
def test_a_bad_record_is_refused_with_its_whole_put(bad: Entry) -> None:
    inner = Resharded()
    inner.create()
    with pytest.raises(InvalidRecordError):
        AggregatingStream(inner).put([("good", b"1"), bad])
    assert raw(inner) == []


def test_pack_is_put_again_and_read_once_when_its_shard_was_split_on_the_way() -> None:
    inner = Resharded([leave_alone, split_widest])
    inner.create()
    stream = AggregatingStream(inner)
    stream.put(numbered(24))
    stream.put(numbered(24))
    assert unpacked(inner) == by_key(numbered(24) * 2)
    assert inner.puts == 3


def test_later_packs_wait_for_a_stray_to_keep_the_order_of_keys() -> None:
    inner = Resharded([leave_alone, split_widest, leave_alone, split_widest])
    inner.create()
    AggregatingStream(inner).put(numbered(3000, size=100))
    assert unpacked(inner) == by_key(numbered(3000, size=100))


def test_a_pack_that_lands_in_a_merged_shard_is_left_there() -> None:
    inner = Resharded([leave_alone, merge_first])
    inner.create(2)
    stream = AggregatingStream(inner)
    stream.put(numbered(24))
    stream.put(numbered(24))
    assert inner.puts == 2
    assert unpacked(inner) == by_key(numbered(24) * 2)


def test_stream_with_wrong_shards_raises_without_an_endless_loop() -> None:
    class Astray(MemoryStream):
        def put_located(self, entries: Sequence[Entry]) -> list[str]:
            super().put_located(entries)
            return [FIRST] * len(entries)

    inner = Astray()
    inner.create(2)
    with pytest.raises(StreamError, match="sends them to other shards"):
        AggregatingStream(inner).put(numbered(24))


def test_a_stream_without_an_open_shard_is_an_error() -> None:
    class Closed(MemoryStream):
        def describe(self) -> Description:
            return Description(self.name, "DELETING", 24, [])

    with pytest.raises(StreamError, match="has no open shard"):
        AggregatingStream(Closed()).put(numbered(24))


def test_a_shard_that_is_not_listed_is_an_error() -> None:
    class Nowhere(MemoryStream):
        def put_located(self, entries: Sequence[Entry]) -> list[str]:
            return ["shardId-000000000099"] * len(entries)

    inner = Nowhere()
    inner.create()
    with pytest.raises(StreamError, match="does not list"):
        AggregatingStream(inner).put(numbered(24))


def test_other_methods_are_those_of_the_inner_stream() -> None:
    inner = MemoryStream("orders")
    stream = AggregatingStream(inner)
    stream.create(2)
    stream.split(FIRST, HASH_SPACE // 8)
    stream.merge("shardId-000000000001", "shardId-000000000003")
    assert (stream.name, stream.sequence_text(7), stream.describe()) == ("orders", "7", inner.describe())
    assert stream.read(FIRST, TRIM_HORIZON, 10).ended
    stream.delete()
    with pytest.raises(StreamError):
        stream.put(numbered(1))


def test_locating_stream_is_told_from_others() -> None:
    assert isinstance(MemoryStream(), Locating)
    assert not isinstance(AggregatingStream(MemoryStream()), Locating)


@given(
    puts=st.lists(st.lists(st.tuples(st.sampled_from(KEYS), st.binary(max_size=30_000)), max_size=30), max_size=6),
    meanwhile=st.lists(st.sampled_from([split_widest, merge_first, leave_alone]), max_size=8),
)
def test_record_is_read_once_in_order_under_any_resharding(
    puts: list[list[Entry]], meanwhile: list[Callable[[MemoryStream], None]]
) -> None:
    inner = Resharded(meanwhile)
    inner.create(2)
    stream = AggregatingStream(inner)
    for entries in puts:
        stream.put(entries)
    assert unpacked(inner) == by_key([entry for entries in puts for entry in entries])
