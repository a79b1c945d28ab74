"""The embedded stream held to Kinesis' limits by all its processes together, and its faults."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

import pytest

from streams.backends.aggregating import AggregatingStream
from streams.backends.embedded.limits import BYTES_A_READ, SLOW_SECONDS, Faults, LimitedStream
from streams.backends.limits import up_to
from streams.backends.retrying import Waiting
from streams.core.records import TRIM_HORIZON, Batch, Entry, Page, Position, StreamError, after
from tests.contracts.limited import Looked
from tests.packing import in_shard

SHARD = "shardId-000000000000"
NOT_YET = Page([], None)


@pytest.fixture
def seconds() -> Looked:
    """A clock that stands still but for pauses."""
    return Looked(step=0)


def opened(path: Path, seconds: Looked, faults: Faults = Faults(), *, limited: bool = True) -> LimitedStream:  # noqa: B008
    waiting = Waiting(seconds, seconds.pause, lambda: 1.0)
    return LimitedStream(
        path / "streams.sqlite3", "trades", limited=limited, faults=faults, chance=Random(7), waiting=waiting
    )


def held(stream: LimitedStream, seconds: Looked) -> list[Entry]:
    """Returns the records of the one shard, with a second's pause before each read."""
    found: list[Entry] = []
    place: Position = TRIM_HORIZON
    while True:
        seconds.pause(1)
        page = stream.read(SHARD, place, 10_000)
        for batch in page.batches:
            found += zip(batch.keys, batch.datas, strict=True)
            place = after(batch.sequences[-1])
        if page.watermark is not None:
            return found


def distinct(count: int, size: int = 0) -> list[Entry]:
    return [(f"key-{number}", b"x" * size) for number in range(count)]


def test_a_shard_takes_a_thousand_records_at_once_and_then_as_many_a_second(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create()
    stream.put(distinct(1000))
    assert seconds.time == 0
    stream.put(distinct(3000))
    assert 3 <= seconds.time < 5
    assert len(held(stream, seconds)) == 4000


def test_a_shard_takes_a_mebibyte_a_second(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create()
    stream.put(distinct(40, size=(1 << 20) // 10))
    assert 3 <= seconds.time < 8  # pauses get longer than need be


def test_each_shard_has_limits_of_its_own(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create(4)
    stream.put(distinct(3000))
    assert seconds.time == 0


def test_two_openings_of_a_file_share_its_limits(tmp_path: Path, seconds: Looked) -> None:
    first, second = opened(tmp_path, seconds), opened(tmp_path, seconds)
    first.create()
    first.put(distinct(1000))
    second.put(distinct(1))
    assert seconds.time > 0
    assert [first.read(SHARD, TRIM_HORIZON, 1).batches != [] for _ in range(3)] == [True] * 3
    assert [second.read(SHARD, TRIM_HORIZON, 1) == NOT_YET for _ in range(3)] == [False, False, True]


def test_sixth_read_in_a_second_returns_no_records_yet(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create()
    pages = [stream.read(SHARD, TRIM_HORIZON, 10) for _ in range(6)]
    assert [page.watermark is None for page in pages] == [False] * 5 + [True]
    seconds.pause(0.2)
    assert stream.read(SHARD, TRIM_HORIZON, 10).watermark is not None


def test_clock_set_back_blocks_no_shard_for_long(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create()
    seconds.time = 10_000
    stream.put(distinct(1000))
    seconds.time = 0
    stream.put(distinct(1000))
    assert seconds.time < 3


def test_put_raises_and_writes_nothing_when_no_shard_takes_it_in_time(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds, Faults(throttle=1))
    stream.create()
    with pytest.raises(StreamError, match="2 of 2 records were not taken by stream 'trades' within 30 s: Provisioned"):
        stream.put(distinct(2))
    assert stream.describe().shards[0].records == 0


def test_requests_that_fail_in_part_are_completed_in_order(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds, Faults(throttle=0.2, partial=0.5), limited=False)
    stream.create()
    entries = [(f"key-{number % 3}", str(number).encode()) for number in range(200)]
    stream.put(entries)
    found = held(stream, seconds)
    assert len(found) == 200
    assert sorted(found, key=lambda entry: entry[0]) == sorted(entries, key=lambda entry: entry[0])
    assert seconds.time > 1


def test_slow_read_is_delayed_and_expired_read_returns_no_records(tmp_path: Path, seconds: Looked) -> None:
    slow, expired = opened(tmp_path, seconds, Faults(slow=1)), opened(tmp_path, seconds, Faults(expire=1))
    slow.create()
    assert slow.read(SHARD, TRIM_HORIZON, 1).watermark is not None
    assert seconds.time == SLOW_SECONDS
    assert expired.read(SHARD, TRIM_HORIZON, 1) == NOT_YET


def test_a_seed_gives_the_same_faults(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds)
    stream.create()

    def said() -> list[bool]:
        again = opened(tmp_path, seconds, Faults(expire=0.5), limited=False)
        return [again.read(SHARD, TRIM_HORIZON, 1) == NOT_YET for _ in range(30)]

    first = said()
    assert first == said()
    assert set(first) == {True, False}


def test_read_returns_ten_mebibytes_at_most_and_the_next_goes_on(tmp_path: Path, seconds: Looked) -> None:
    stream = opened(tmp_path, seconds, limited=False)
    stream.create()
    stream.put([("k", b"x" * 1_000_000)] * 12)
    page = stream.read(SHARD, TRIM_HORIZON, 100)
    assert (sum(len(batch.datas) for batch in page.batches), page.watermark) == (10, None)
    assert len(held(stream, seconds)) == 12


@pytest.mark.parametrize(("size", "counts"), [(9, [2, 2]), (7, [2, 1]), (6, [2, 1]), (5, [2]), (3, [1]), (1, [1])])
def test_a_page_is_cut_after_the_last_record_that_fits_but_never_empty(size: int, counts: list[int]) -> None:
    batches = [Batch(now, range(2), ["k"] * 2, [b"xx"] * 2) for now in (1, 2)]
    found = up_to(Page(batches, 5), size)
    assert [len(batch.keys) for batch in found.batches] == counts
    assert (found.watermark == 5) == (size >= 8)
    assert up_to(Page([], 5, ended=True), BYTES_A_READ) == Page([], 5, ended=True)


def put_many(path: Path, writer: int) -> None:
    stream = LimitedStream(path, "trades")
    stream.put([(f"{writer}-{number}", b"") for number in range(800)])
    stream.close()


def test_processes_share_the_limits_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "streams.sqlite3"
    stream = LimitedStream(path, "trades")
    stream.create()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(put_many, [path] * 2, range(2)))
    [shard] = stream.describe().shards
    assert shard.records == 1600
    page = stream.read(SHARD, TRIM_HORIZON, 2000)
    assert page.batches[-1].arrived - page.batches[0].arrived >= 400  # 600 of them had to wait for a bucket


class Telling(LimitedStream):
    """Returns the places of the records that it put."""

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        return self._put_located(entries)


def test_packed_records_pass_a_shards_limit_many_times_over(tmp_path: Path, seconds: Looked) -> None:
    stream = Telling(tmp_path / "streams.sqlite3", "trades", waiting=Waiting(seconds, seconds.pause, lambda: 1.0))
    stream.create(2)
    entries = [(f"key-{number % 25}", b"%010d" % number) for number in range(20_000)]
    AggregatingStream(stream).put(entries)
    assert seconds.time < 1
    found: list[Entry] = []
    for shard in stream.describe().shards:
        for batch in stream.read(shard.id, TRIM_HORIZON, 100).batches:
            for record in zip(batch.keys, batch.datas, strict=True):
                found += in_shard(*record, shard.hash_start, shard.hash_end)
    assert sorted(found, key=lambda entry: entry[1]) == entries
