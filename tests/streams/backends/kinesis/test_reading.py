"""Reading from Kinesis: its limits, iterators that expire, shards that close."""

import pytest

from streams.backends.kinesis.reading import LONGEST_PAUSE, SETTLE
from streams.backends.kinesis.stream import READ_SECONDS, KinesisStream
from streams.backends.retrying import Waiting
from streams.core.clock import MINUTE
from streams.core.records import SHARD_END, TRIM_HORIZON, Lost, Page, Position, StreamError, after, at
from tests.fakes import FakeClock
from tests.packing import aggregate
from tests.streams.backends.kinesis.fake_kinesis import ITERATOR_LIFE, FakeKinesis, Seconds, refusal

SHARD = "shardId-000000000000"
TOO_EARLY: tuple[list[object], None] = ([], None)


@pytest.fixture(autouse=True)
def _created(stream: KinesisStream) -> None:
    stream.create()


def datas(page: Page) -> list[bytes]:
    return [data for batch in page.batches for data in batch.datas]


def last(page: Page) -> Position:
    return after(page.batches[-1].sequences[-1])


def fill(stream: KinesisStream, count: int) -> None:
    stream.put([("a", b"%d" % number) for number in range(count)])


def test_early_read_returns_no_records_at_once(client: FakeKinesis, stream: KinesisStream, seconds: Seconds) -> None:
    fill(stream, 2)
    assert datas(stream.read(SHARD, TRIM_HORIZON, 1)) == [b"0"]
    assert stream.read(SHARD, TRIM_HORIZON, 1)[:2] == TOO_EARLY
    seconds.pause(READ_SECONDS)
    assert datas(stream.read(SHARD, TRIM_HORIZON, 1)) == [b"0"]
    assert client.count("GetRecords") == 2


def reads_a_second(client: FakeKinesis, stream: KinesisStream, seconds: Seconds, place: Position) -> int:
    """Returns the number of requests to Kinesis a second by a reader that polls every 10 ms."""
    before = client.count("GetRecords")
    for _ in range(100):
        stream.read(SHARD, place, 10)
        seconds.pause(0.01)
    return client.count("GetRecords") - before


def test_an_idle_shard_is_read_once_a_second_and_a_busy_one_often_again(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    fill(stream, 1)
    place = last(stream.read(SHARD, TRIM_HORIZON, 10))
    assert reads_a_second(client, stream, seconds, place) in (4, 5)  # it was busy a moment ago
    assert [reads_a_second(client, stream, seconds, place) for _ in range(5)] == [1] * 5
    stream.put([("a", b"new")])
    while not (page := stream.read(SHARD, place, 10)).batches:
        seconds.pause(0.01)
    assert reads_a_second(client, stream, seconds, last(page)) in (4, 5)


def test_shard_with_occasional_records_is_never_idle(stream: KinesisStream, seconds: Seconds) -> None:
    place = TRIM_HORIZON
    for _ in range(20):
        stream.put([("a", b"x")])
        waited = seconds.time
        while not (page := stream.read(SHARD, place, 10)).batches:
            seconds.pause(0.01)
        assert seconds.time - waited <= READ_SECONDS + 0.01
        place = last(page)
        seconds.pause(0.7)
        stream.read(SHARD, place, 10)


def test_shards_do_not_wait_for_each_other(stream: KinesisStream) -> None:
    stream.delete()
    stream.create(3)
    pages = [stream.read(shard.id, TRIM_HORIZON, 1) for shard in stream.describe().shards]
    assert [page.watermark is None for page in pages] == [False] * 3


def test_reading_on_needs_no_new_iterator(client: FakeKinesis, stream: KinesisStream, seconds: Seconds) -> None:
    fill(stream, 5)
    place, found = TRIM_HORIZON, []
    for _ in range(5):
        page = stream.read(SHARD, place, 1)
        found += datas(page)
        place = last(page)
        seconds.pause(READ_SECONDS)
    assert (found, client.count("GetShardIterator")) == ([b"0", b"1", b"2", b"3", b"4"], 1)


def test_reading_from_an_earlier_place_returns_the_same_records(stream: KinesisStream, seconds: Seconds) -> None:
    fill(stream, 4)
    first = stream.read(SHARD, TRIM_HORIZON, 2)
    seconds.pause(READ_SECONDS)
    assert datas(stream.read(SHARD, last(first), 2)) == [b"2", b"3"]
    seconds.pause(READ_SECONDS)
    assert datas(stream.read(SHARD, last(first), 1)) == []  # begins at the record before
    seconds.pause(READ_SECONDS)
    assert datas(stream.read(SHARD, last(first), 1)) == [b"2"]


def test_an_iterator_that_expired_is_replaced(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, clock: FakeClock
) -> None:
    fill(stream, 3)
    place = last(stream.read(SHARD, TRIM_HORIZON, 2))
    clock.advance(ITERATOR_LIFE + 1)
    seconds.pause(READ_SECONDS)
    assert stream.read(SHARD, place, 2)[:2] == TOO_EARLY
    seconds.pause(READ_SECONDS)
    assert datas(stream.read(SHARD, place, 2)) == [b"2"]
    assert client.count("GetShardIterator") == 2


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "LimitExceededException", "InternalFailure"]
)
def test_throttling_gives_an_empty_page_and_longer_pauses(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, code: str
) -> None:
    fill(stream, 1)
    client.failures["GetRecords"].extend([refusal(code, "GetRecords")] * 20)
    start, calls = seconds.time, 0
    while not stream.read(SHARD, TRIM_HORIZON, 1).batches:
        assert seconds.time - start < 20 * (READ_SECONDS + LONGEST_PAUSE)
        seconds.pause(0.01)
        calls += 1
    assert client.count("GetRecords") == 21
    assert seconds.time - start > 15 * LONGEST_PAUSE / 2


def test_a_closed_shard_ends_once_all_of_it_is_given(stream: KinesisStream, seconds: Seconds) -> None:
    fill(stream, 3)
    stream.split(SHARD)
    first = stream.read(SHARD, TRIM_HORIZON, 2)
    assert (datas(first), first.ended) == ([b"0", b"1"], False)
    seconds.pause(READ_SECONDS)
    second = stream.read(SHARD, last(first), 2)
    assert (datas(second), second.ended) == ([b"2"], True)
    third = stream.read(SHARD, last(second), 2)
    assert (third.batches, third.ended) == ([], True)
    assert stream.read(SHARD, SHARD_END, 2).ended


def test_read_is_complete_at_the_tip_alone_behind_the_clock(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, clock: FakeClock
) -> None:
    fill(stream, 2)  # in one millisecond: Kinesis says 0 ms behind between them
    assert stream.read(SHARD, TRIM_HORIZON, 2).watermark is None
    seconds.pause(READ_SECONDS)
    clock.advance(10_000)
    assert stream.read(SHARD, TRIM_HORIZON, 3).watermark == clock.time - SETTLE
    seconds.pause(2.5)
    clock.advance(2500)
    assert stream.read(SHARD, TRIM_HORIZON, 3).watermark == clock.time - SETTLE


def test_trimmed_sequence_number_begins_with_the_remaining_records(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds
) -> None:
    fill(stream, 5)
    place = last(stream.read(SHARD, TRIM_HORIZON, 1))
    client.trim("trades", 3)
    reader = KinesisStream("trades", client)
    assert datas(reader.read(SHARD, place, 10)) == [b"3", b"4"]


def test_a_time_that_has_not_come_waits_for_it(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, clock: FakeClock
) -> None:
    fill(stream, 1)
    start = at(clock.time + 1000)
    assert datas(stream.read(SHARD, start, 10)) == []
    for _ in range(2):
        clock.advance(600)
        fill(stream, 1)
        seconds.pause(READ_SECONDS)
    page = stream.read(SHARD, start, 10)
    assert [batch.arrived for batch in page.batches] == [clock.time]


def test_records_of_one_millisecond_go_together(stream: KinesisStream, clock: FakeClock) -> None:
    fill(stream, 2)
    clock.advance(1)
    fill(stream, 3)
    assert [len(batch.keys) for batch in stream.read(SHARD, TRIM_HORIZON, 10).batches] == [2, 3]


def test_surplus_records_are_kept_for_the_next_read(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.put([("x", aggregate([("a", b"%d" % number) for number in range(5)]))])
    place, found = TRIM_HORIZON, []
    for size in (1, 2, 2):
        page = stream.read(SHARD, place, size)
        found.append(datas(page))
        place = last(page)
    assert found == [[b"0"], [b"1", b"2"], [b"3", b"4"]]
    assert client.count("GetRecords") == 1
    assert page.watermark is None  # the read of one record was a full page


def test_end_of_a_shard_comes_after_kept_records(stream: KinesisStream) -> None:
    stream.put([("x", aggregate([("a", b"1"), ("a", b"2")]))])
    stream.split(SHARD)
    first = stream.read(SHARD, TRIM_HORIZON, 1)
    second = stream.read(SHARD, last(first), 1)
    assert [(datas(page), page.ended) for page in (first, second)] == [([b"1"], False), ([b"2"], True)]


def test_read_requests_no_more_than_kinesis_gives(client: FakeKinesis, stream: KinesisStream) -> None:
    stream.read(SHARD, TRIM_HORIZON, 1_000_000)
    assert [arguments for name, arguments in client.calls if name == "GetRecords"] == [{"Limit": 10_000}]


def test_an_unknown_shard_is_named(stream: KinesisStream) -> None:
    with pytest.raises(StreamError, match="Stream 'trades' has no shard 'shardId-7'"):
        stream.read("shardId-7", TRIM_HORIZON, 1)


def test_failing_reads_are_reported_after_half_a_minute_and_at_their_end(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fill(stream, 1)
    client.failures["GetRecords"].extend([refusal("InternalFailure", "GetRecords", status=500)] * 60)
    while not stream.read(SHARD, TRIM_HORIZON, 1).batches:
        seconds.pause(1)
    lines = [line for line in caplog.messages if line.startswith(f"trades/{SHARD} cannot be read: ")]
    assert (len(lines) in range(3, 8), "What failed answers again" in lines[-1]) == (True, True)


def test_expired_records_behind_the_checkpoint_are_reported_without_a_number(
    client: FakeKinesis, stream: KinesisStream, seconds: Seconds, clock: FakeClock
) -> None:
    fill(stream, 3)
    place = last(stream.read(SHARD, TRIM_HORIZON, 1))
    other = KinesisStream("trades", client, waiting=Waiting(seconds, seconds.pause, lambda: 0.5))
    assert other.read(SHARD, place, 1).lost is None
    clock.advance(25 * 60 * MINUTE)
    client.trim("trades", 2)
    another = KinesisStream("trades", client, waiting=Waiting(seconds, seconds.pause, lambda: 0.5))
    page = another.read(SHARD, place, 1)
    assert (datas(page), page.lost) == ([b"2"], Lost(None, page.batches[0].arrived))
