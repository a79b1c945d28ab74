"""Tests the clock of the Kinesis service, which does not depend on this machine's wall clock."""

from email.utils import format_datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.backends.kinesis.reading import SETTLE
from streams.backends.kinesis.service_clock import ServiceClock, date_of
from streams.backends.kinesis.stream import KinesisStream
from streams.core.clock import to_datetime
from streams.core.records import TRIM_HORIZON
from tests.fakes import FakeClock
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds

SHARD = "shardId-000000000000"
START = 1_795_000_000_000


def answer(milliseconds: int) -> dict[str, Any]:
    date = format_datetime(to_datetime(milliseconds), usegmt=True)
    return {"ResponseMetadata": {"HTTPHeaders": {"date": date}}}


def test_service_clock_reads_headers_in_whole_seconds() -> None:
    assert date_of(answer(START + 999)) == START
    for odd in ({}, {"ResponseMetadata": {"HTTPHeaders": {"date": "yesterday"}}}):
        assert date_of(odd) is None


@given(st.lists(st.tuples(st.integers(0, 5000), st.booleans()), max_size=50))
def test_service_clock_is_never_ahead_and_at_most_a_second_behind(steps: list[tuple[int, bool]]) -> None:
    seconds, true = Seconds(), START + 700
    clock = ServiceClock(seconds)
    assert clock.now() is None
    clock.answered(answer(true))
    for passed, answers in steps:
        true += passed
        seconds.pause(passed / 1000)
        if answers:
            clock.answered(answer(true))
        assert true - 1002 < (clock.now() or 0) <= true


def test_a_monotonic_clock_that_runs_fast_is_held_by_the_next_header() -> None:
    seconds = Seconds()
    clock = ServiceClock(seconds)
    clock.answered(answer(START))
    seconds.pause(3600)
    clock.answered(answer(START + 3_590_000))
    assert clock.now() == START + 3_590_000


def test_service_clock_uses_stamps_without_a_header(
    client: FakeKinesis, stream: KinesisStream, clock: FakeClock
) -> None:
    client.dates = False
    stream.create()
    assert stream.read(SHARD, TRIM_HORIZON, 10).watermark == stream.now() - SETTLE
    clock.advance(60_000)
    stream.put([("a", b"1")])
    stream._calls.waiting.pause(10)
    assert stream.read(SHARD, TRIM_HORIZON, 10).watermark == clock.time - SETTLE


def test_service_clock_is_requested_after_long_silence(
    client: FakeKinesis, stream: KinesisStream, clock: FakeClock
) -> None:
    stream.create()
    clock.advance(3_590_000)
    stream._calls.waiting.pause(3600)
    before = client.count("DescribeStreamSummary")
    assert (stream.now(), stream.now()) == (clock.time, clock.time)
    assert client.count("DescribeStreamSummary") == before + 1
