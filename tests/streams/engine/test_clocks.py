"""Clocks that are wrong, on the embedded stream and on Kinesis: nothing is lost or late because of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from applications.market import processor as market_processor
from applications.orders import processor as orders_processor
from streams.backends.base import Stream
from streams.backends.embedded.limits import LimitedStream
from streams.backends.embedded.own_clock import Look
from streams.backends.embedded.stream import RETENTION, EmbeddedStream
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.retrying import Waiting
from streams.core.clock import MINUTE, SECOND
from streams.core.commits import Commit, HeldLease
from streams.core.records import TRIM_HORIZON, Batch
from streams.core.state import EMPTY, State
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader
from streams.engine.watermarks import believable
from tests.fakes import FakeClock, FakeMachine
from tests.kept import saved
from tests.streams.backends.kinesis.fake_kinesis import FakeKinesis, Seconds

SHARD = "shardId-000000000000"
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE
TRADE = b'{"tickerSymbol":"AAPL","tradeType":"BUY","price":10,"quantity":100}'
LINE = b'{"site":"a","InvoiceNo":"1","StockCode":"1","Quantity":1,"InvoiceDate":"x","UnitPrice":1}'


class Kept:
    """A store that keeps every commit."""

    def __init__(self) -> None:
        self.commits: list[Commit[Any]] = []

    def commit(self, held: HeldLease, commit: Commit[Any]) -> None:
        self.commits.append(commit)

    def state(self, held: HeldLease) -> State:
        raise NotImplementedError

    def replace(self, held: HeldLease, state: State) -> None:
        self.replaced = state

    def dead(self) -> int:
        return sum(len(commit.dead) for commit in self.commits)

    def applied(self) -> int:
        return sum(records for commit in self.commits for records, _ in commit.arrivals.values()) - self.dead()


def held(watermark: int = 0, state: State = EMPTY) -> HeldLease:
    return HeldLease("trades", "trades", SHARD, "me", 1, str(TRIM_HORIZON), state, watermark)


def trades_of(stream: Stream, given: HeldLease | None = None) -> tuple[Pipeline[Any, Any], Kept]:
    kept = Kept()
    given = believable(given or held(), stream.now(), market_processor.set_back, kept)
    reader = ShardReader(stream, SHARD, given.checkpoint)
    return Pipeline(given, reader, market_processor.decode, market_processor.TradesProcessor, kept), kept


Open = Callable[[Look], EmbeddedStream]


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture(params=[EmbeddedStream, LimitedStream])
def opened(tmp_path: Path, request: pytest.FixtureRequest) -> Open:
    options: dict[str, Any] = {"limited": False} if request.param is LimitedStream else {}
    return lambda look: request.param(tmp_path / "s.sqlite3", "trades", look=look, **options)


def stored(stream: Stream) -> int:
    return sum(len(batch.keys) for batch in stream.read(SHARD, TRIM_HORIZON, 100_000).batches)


def test_an_idle_worker_whose_clock_is_set_for_seconds_applies_what_comes_next(
    opened: Open, machine: FakeMachine
) -> None:
    stream = opened(machine)
    stream.create()
    pipeline, kept = trades_of(stream)
    for ahead in (0, HOUR, HOUR, 0):
        machine.ahead = ahead
        machine.advance(5 * SECOND)
        pipeline.step()
    opened(machine).put([("AAPL", TRADE)] * 80)
    assert pipeline.step()
    assert (kept.applied(), kept.dead()) == (80, 0)


def test_put_by_a_process_a_day_ahead_trims_nothing(opened: Open, machine: FakeMachine) -> None:
    stream = opened(machine)
    stream.create()
    stream.put([("AAPL", TRADE)] * 5000)
    machine.advance(SECOND)
    opened(machine.with_clock_ahead(DAY + HOUR)).put([("AAPL", TRADE)])
    machine.advance(2 * MINUTE)
    stream.put([("AAPL", TRADE)])
    assert (stored(stream), stream.now()) == (5002, machine.true)


def test_a_clock_that_stays_a_day_ahead_is_followed_and_trims_nothing_before_its_time(
    opened: Open, machine: FakeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    stream = opened(machine)
    stream.create()
    stream.put([("AAPL", TRADE)] * 10)
    machine.ahead = 2 * DAY
    for _ in range(70):
        machine.advance(SECOND)
        stream.put([("AAPL", TRADE)])
    assert (stored(stream), stream.now()) == (80, machine.true + 2 * DAY)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "The time of the stream trades leaps by 172800 s"
    ]
    machine.advance(RETENTION - 71 * SECOND)
    stream.put([("AAPL", TRADE)])
    assert stored(stream) == 81
    machine.advance(30 * SECOND)
    stream._db.execute("UPDATE streams SET next_trim = 0")
    stream.put([("AAPL", TRADE)])
    assert stored(stream) < 81


@pytest.mark.parametrize("ahead", [DAY, -5 * MINUTE, HOUR, -DAY])
def test_window_holds_15_s_for_any_clocks_of_producers(opened: Open, machine: FakeMachine, ahead: int) -> None:
    """Two lines a second; one process has a wrong clock, then the machine has for a while."""
    stream = opened(machine)
    stream.create()
    processor = orders_processor.OrdersProcessor(EMPTY, 30)
    other, place, most = opened(machine.with_clock_ahead(ahead)), TRIM_HORIZON, 0
    for step in range(240):
        machine.ahead = ahead if 100 < step < 200 else 0
        machine.advance(500)
        (other if step == 20 else stream).put([("a", LINE)])
    for batch in stream.read(SHARD, place, 1000).batches:
        processor.add(batch, [None] * len(batch.keys))  # type: ignore[list-item]
        most = max(most, processor._windows.total(("a",)))
    assert most <= 32
    assert abs(stream.now() - machine.true) < 2 * SECOND


def test_boot_with_the_clock_set_back_lets_no_stamp_run_back(opened: Open, machine: FakeMachine) -> None:
    stream = opened(machine)
    stream.create()
    stream.put([("AAPL", TRADE)])
    before = stream.now()
    machine.reboot()
    machine.ahead = -DAY
    pipeline, kept = trades_of(opened(machine), held(watermark=before + HOUR))
    opened(machine).put([("AAPL", TRADE)])
    pipeline.step()
    assert (kept.applied(), kept.dead(), opened(machine).now()) == (2, 0, before + 1)


def test_full_file_reports_the_newest_stamp_as_the_time(opened: Open, machine: FakeMachine) -> None:
    stream = opened(machine)
    stream.create()
    stream.put([("AAPL", TRADE)])
    stamp = machine.true
    machine.reboot()
    machine.advance(HOUR)
    stream._db.execute("PRAGMA query_only = ON")
    assert stream.now() == stamp


def test_watermark_left_ahead_is_set_back_and_reported(
    opened: Open, machine: FakeMachine, caplog: pytest.LogCaptureFixture
) -> None:
    stream = opened(machine)
    stream.create()
    stream.put([("AAPL", TRADE)] * 7)
    processor = market_processor.TradesProcessor()
    processor.advance(machine.true + HOUR)
    pipeline, kept = trades_of(stream, held(machine.true + HOUR, saved(processor)))
    pipeline.step()
    assert (kept.applied(), kept.dead(), kept.commits[-1].watermark) == (7, 0, machine.true)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "trades on trades/shardId-000000000000 was 3600 s ahead" in caplog.text


def test_windows_of_orders_left_ahead_are_set_back(machine: FakeMachine) -> None:
    processor = orders_processor.OrdersProcessor(EMPTY, 5)
    now, later = machine.true, machine.true + HOUR
    for moment in (now, later):
        processor.add(orders_batch(moment, 4), [None] * 4)  # type: ignore[list-item]
    set_back = orders_processor.OrdersProcessor(orders_processor.set_back(saved(processor), now + SECOND), 5)
    set_back.add(orders_batch(now + 2 * SECOND, 1), [None])  # type: ignore[list-item]
    assert set_back._windows.total(("a",)) == 5
    set_back.advance(now + 20 * SECOND)
    assert (set_back._windows.total(("a",)), set_back._open) == (0, set())


def orders_batch(arrived: int, lines: int) -> Any:
    return Batch(arrived, range(arrived, arrived + lines), ["a"] * lines, [LINE] * lines)


def kinesis(clock: FakeClock, seconds: Seconds) -> KinesisStream:
    waiting = Waiting(seconds, seconds.pause, lambda: 0.5)
    stream = KinesisStream("trades", FakeKinesis(clock), waiting=waiting)
    stream.create()
    return stream


@pytest.mark.parametrize("wrong", [150 * SECOND, 4 * MINUTE, 45 * SECOND, -4 * MINUTE])
def test_a_worker_on_kinesis_never_asks_its_own_clock(monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    clock = FakeClock()
    seconds = Seconds(passed=clock.advance)
    stream = kinesis(clock, seconds)
    monkeypatch.setattr("time.time_ns", lambda: (clock.time + wrong) * 1_000_000)
    monkeypatch.setattr("time.time", lambda: (clock.time + wrong) / 1000)
    pipeline, kept = trades_of(stream)
    for _ in range(20):
        seconds.pause(7)
        pipeline.step()
        stream.put([("AAPL", TRADE)])
    seconds.pause(7)
    pipeline.step()
    assert (kept.applied(), kept.dead()) == (20, 0)
    assert kept.commits[-1].watermark <= clock.time
