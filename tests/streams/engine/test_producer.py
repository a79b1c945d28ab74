"""The producer's pace, limits and honesty, on a clock that moves when told to."""

from collections.abc import Sequence
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.market.generator import Trades
from applications.orders.generator import MadeUpOrders
from streams.core.records import TRIM_HORIZON, Entry, StreamDownError, StreamError
from streams.engine.producer import RECORDS_A_PUT, AtRate, AtSpeed, Pace, Producer, choose_pace
from streams.sources.base import SourceError, Timed
from tests.fakes import MemoryStream


class Puts(MemoryStream):
    """Notes the size of each put; fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.create()
        self.sizes: list[int] = []
        self.broken = self.down = False
        self.takes = 0  # of the next put, before it is down

    def put(self, entries: Sequence[Entry]) -> None:
        if self.broken:
            raise StreamError("The stream is away.")
        if self.down:
            raise StreamDownError("The disk is full.")
        if taken := self.takes:
            self.takes = 0
            super().put(entries[:taken])
            raise StreamDownError("Nobody answers.", entries[taken:])
        super().put(entries)
        self.sizes.append(len(entries))


class Seconds:
    """Monotonic seconds, far from zero."""

    def __init__(self) -> None:
        self.time = 5000.0

    def __call__(self) -> float:
        return self.time


def timed(*moments: float) -> Timed:
    return Timed(iter([(moment, ("key", b"{}")) for moment in moments]))


def run(pace: Pace, seconds: float = inf, tick: float = 0.01, **limits: float | None) -> Puts:
    """Steps a producer every `tick` until it is finished or its time is up."""
    now, stream = Seconds(), Puts()
    producer = Producer(stream, pace, monotonic=now, **limits)  # type: ignore[arg-type]
    while not producer.finished() and now.time - 5000 < seconds:
        if not producer.step():
            now.time += tick
    assert producer.sent == sum(stream.sizes)
    return stream


def test_rate_of_ten_is_put_one_by_one() -> None:
    assert run(AtRate(Trades(Random(1)), 10), duration=3).sizes == [1] * 30


def test_rate_of_a_thousand_is_put_by_the_fifty() -> None:
    sizes = run(AtRate(Trades(Random(1)), 1000), duration=3).sizes
    assert sum(sizes) == 3000
    assert max(sizes) <= 60
    assert len(sizes) <= 61


@given(rate=st.floats(0.1, 5000), duration=st.floats(0.01, 2), tick=st.sampled_from([0.003, 0.01, 0.7]))
def test_rate_and_duration_give_the_number_of_records(rate: float, duration: float, tick: float) -> None:
    sent = sum(run(AtRate(Trades(Random(1)), rate), tick=tick, duration=duration).sizes)
    assert sent <= rate * duration + 1
    assert sent >= min(rate * duration - 1, RECORDS_A_PUT)


def test_rate_zero_is_full_batches_without_a_pause() -> None:
    stream = run(AtRate(Trades(Random(1)), 0), seconds=0.001, count=10_000)
    assert stream.sizes == [4096, 4096, 1808]
    assert run(AtRate(Trades(Random(1)), 0), seconds=0.001, count=10_000, most=8000).sizes == [8000, 2000]


def test_count_is_kept_exactly() -> None:
    assert sum(run(AtRate(Trades(Random(1)), 1000), count=137).sizes) == 137


def test_overdue_records_are_put_in_full_batches_at_once() -> None:
    now, stream = Seconds(), Puts()
    producer = Producer(stream, AtRate(Trades(Random(1)), 1000), monotonic=now)
    producer.step()
    now.time += 10
    while producer.step():
        pass
    assert stream.sizes == [4096, 4096, 1808]
    assert run(AtRate(Trades(Random(1)), 0), seconds=0.001, count=10_000, most=8000).sizes == [8000, 2000]


def test_a_source_is_replayed_at_a_multiple_of_its_pace() -> None:
    now, stream = Seconds(), Puts()
    producer = Producer(stream, AtSpeed(timed(0, 0, 60, 61, 120), 60), monotonic=now)
    sent = []
    for _ in range(4):
        producer.step()
        sent.append(producer.sent)
        now.time += 0.5
    assert (sent, producer.finished()) == ([2, 2, 3, 4], False)
    assert (producer.step(), producer.sent, producer.finished()) == (True, 5, True)


def test_ended_source_finishes_the_producer_at_any_pace() -> None:
    for pace in (AtRate(timed(0, 1, 2), 0), AtRate(timed(0, 1, 2), 1000), AtSpeed(timed(0, 1, 2), 5)):
        assert sum(run(pace).sizes) == 3


def test_duration_ends_a_producer_that_cannot_keep_up() -> None:
    now, stream = Seconds(), Puts()
    producer = Producer(stream, AtRate(Trades(Random(1)), 10_000_000), duration=1, monotonic=now)
    while not producer.finished():
        producer.step()
        now.time += 0.25
    assert stream.sizes == [4096] * 4


def test_failed_put_raises_and_is_not_counted() -> None:
    stream = Puts()
    producer = Producer(stream, AtRate(Trades(Random(1)), 0), monotonic=Seconds())
    producer.step()
    stream.broken = True
    with pytest.raises(StreamError, match="The stream is away"):
        producer.step()
    assert (producer.sent, producer.elapsed) == (4096, 0.0)


def test_refused_records_are_put_later_once_in_the_same_order() -> None:
    now, stream = Seconds(), Puts()
    producer = Producer(stream, AtRate(Trades(Random(1)), 10), count=30, duration=2, monotonic=now)
    producer.step()  # its time starts
    now.time = 5000.5
    assert producer.step()
    stream.down, now.time = True, 5001.0
    assert [producer.step(), producer.step()] == [False, False]
    now.time = 5009.0
    assert not producer.step() and not producer.finished()
    stream.down, now.time = False, 5010.0
    while not producer.finished():
        producer.step()
    held = [data for batch in stream.read("shardId-000000000000", TRIM_HORIZON, 99).batches for data in batch.datas]
    assert held == [data for _, data in Trades(Random(1)).take(20)]
    assert producer.sent == 20


def test_records_taken_before_an_outage_are_not_put_again() -> None:
    now, stream = Seconds(), Puts()
    stream.takes = 3
    producer = Producer(stream, AtRate(Trades(Random(1)), 0), count=10, monotonic=now)
    assert (producer.step(), producer.sent) == (False, 3)
    now.time += 1
    assert (producer.step(), producer.sent, producer.finished()) == (True, 10, True)
    held = [data for batch in stream.read("shardId-000000000000", TRIM_HORIZON, 99).batches for data in batch.datas]
    assert held == [data for _, data in Trades(Random(1)).take(10)]


def test_stream_that_never_took_a_record_raises_at_once() -> None:
    stream = Puts()
    stream.down = True
    with pytest.raises(StreamDownError):
        Producer(stream, AtRate(Trades(Random(1)), 0), monotonic=Seconds()).step()


def test_failed_source_has_its_earlier_records_put() -> None:
    def failing() -> Timed:
        return Timed(entry if entry[0] < 2 else _fail() for entry in ((float(n), ("key", b"{}")) for n in range(9)))

    for pace in (AtRate(failing(), 0), AtSpeed(failing(), 100)):
        stream = Puts()
        producer = Producer(stream, pace)
        with pytest.raises(SourceError, match="cut short"):
            while not producer.finished():
                producer.step()
        assert stream.sizes in ([2], [1, 1])


def _fail() -> tuple[float, Entry]:
    raise SourceError("cut short")


def test_pace_defaults_to_that_of_the_source_then_to_ten_a_second() -> None:
    trades, orders = Trades(Random(1)), MadeUpOrders(Random(1), 0)
    assert [type(choose_pace(source)) for source in (trades, orders)] == [AtRate, AtSpeed]
    assert isinstance(choose_pace(orders, rate=0), AtRate)
    assert sum(run(choose_pace(trades), duration=2).sizes) == 20
    with pytest.raises(SourceError, match="--speed is for orders"):
        choose_pace(trades, speed=2)
