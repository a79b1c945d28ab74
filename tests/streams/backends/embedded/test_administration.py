"""What the Kinesis API needs of an embedded stream beyond putting and reading."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from streams.backends.embedded.administration import Administration, RefusedError
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.hashing import even_ranges
from streams.core.records import TRIM_HORIZON, after
from tests.fakes import FakeClock


def opened(folder: Path, name: str = "trades") -> Administration:
    return Administration(folder / "streams.sqlite3", name, FakeClock(), limited=False)


@given(before=some.integers(1, 12), data=some.data())
def test_scaling_leaves_even_ranges_and_every_record_in_order(
    tmp_path_factory: pytest.TempPathFactory, before: int, data: some.DataObject
) -> None:
    after_scaling = data.draw(some.integers((before + 1) // 2, 2 * before))
    stream = opened(tmp_path_factory.mktemp("scale"))
    stream.make(before)
    stream.put([(f"key-{number}", b"before") for number in range(20)])
    stream.scale(after_scaling)
    stream.put([(f"key-{number}", b"after") for number in range(20)])
    ranges = sorted((shard.hash_start, shard.hash_end) for shard in stream.shards() if not shard.closed)
    assert ranges == even_ranges(after_scaling)
    assert all(len(shard.parents) <= 2 for shard in stream.shards())
    found = [
        (sequence, value)
        for shard in stream.shards()
        for batch in stream.read(shard.id, TRIM_HORIZON, 1000).batches
        for sequence, value in zip(batch.sequences, batch.datas, strict=True)
    ]
    assert [value for _, value in sorted(found)] == [b"before"] * 20 + [b"after"] * 20
    stream.close()


def test_first_and_last_numbers_of_shards_enclose_their_records(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    stream.make(2)
    stream.put([("a", b""), ("b", b"")])
    stream.split("shardId-000000000000")
    stream.put([("a", b""), ("b", b"")])
    starts = [shard.starts for shard in stream.shards()]
    assert starts == sorted(set(starts))
    for shard in stream.shards():
        numbers = [number for batch in stream.read(shard.id, TRIM_HORIZON, 9).batches for number in batch.sequences]
        assert all(shard.starts < number for number in numbers)
        assert all(number < shard.ends for number in numbers) or not shard.closed


def test_an_older_file_gets_first_numbers_that_stay(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    stream.make(1)
    stream.put([("a", b"1"), ("a", b"2")])
    first = stream.read("shardId-000000000000", TRIM_HORIZON, 9).batches[0].sequences[0]
    for column in ("starts", "ends"):
        stream._db.execute(f"ALTER TABLE shards DROP COLUMN {column}")
    stream.close()
    again = opened(tmp_path)
    assert [(shard.starts, shard.ends) for shard in again.shards()] == [(first, 0)]
    batches = again.read("shardId-000000000000", after(first - 1), 9).batches
    assert [data for batch in batches for data in batch.datas] == [b"1", b"2"]


def test_refusals_change_nothing(tmp_path: Path) -> None:
    stream = opened(tmp_path)
    stream.make(2, tags={"a": "1"})
    with pytest.raises(RefusedError):
        stream.scale(5)
    with pytest.raises(RefusedError):
        stream.add_tags({"b": "2"}, most=1)
    stream.register("reader", most=1)
    for name in ("reader", "other"):
        with pytest.raises(RefusedError):
            stream.register(name, most=1)
    with pytest.raises(RefusedError):
        stream.delete_unless_read()
    assert (len(stream.shards()), stream.tags(), len(stream.consumers())) == (2, {"a": "1"}, 1)


def test_a_plain_stream_of_the_file_takes_what_administration_changed(tmp_path: Path) -> None:
    opened(tmp_path).make(1, max_record=2 << 20)
    plain = EmbeddedStream(tmp_path / "streams.sqlite3", "trades", FakeClock())
    plain.put([("k", b"x" * (1 << 20))])
    assert plain.describe().shards[0].records == 1
