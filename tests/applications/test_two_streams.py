"""Tests one application on several streams: their results are kept apart, and the sums are right."""

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.market import report
from applications.market.models import TradeMinute
from applications.orders import report as orders_report
from applications.orders.models import AlarmEpisode, SiteCount
from streams import wiring
from streams.core import clock
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import TRIM_HORIZON
from streams.engine.worker import Worker
from streams.models import LEASE, DeadLetter, Lease, Member, TopicVersion
from streams.models.readers import default_stream, streams_of
from tests.dashboard.rows import alarm, at, lease, trades
from tests.fakes import FakeClock, MemoryStream

pytestmark = pytest.mark.django_db
NAMES = ["trades", "trades-eu"]
TICKERS = ["AAPL", "AMZN", "BRK.B", "WMT"]

PUT = st.tuples(st.just("put"), st.sampled_from(NAMES), st.sampled_from(TICKERS), st.integers(1, 9))
STRAY = st.tuples(st.just("stray"), st.sampled_from(NAMES), st.sampled_from(TICKERS), st.integers(0, 9))
SPLIT = st.tuples(st.just("split"), st.sampled_from(NAMES), st.integers(0, 9), st.just(0))
STEP = st.tuples(st.just("step"), st.sampled_from(NAMES), st.just(0), st.just(0))
TICK = st.tuples(st.just("tick"), st.just(""), st.integers(1, 40_000), st.just(0))


def trade(ticker: str, quantity: int) -> bytes:
    return msgspec.json.encode({"tickerSymbol": ticker, "tradeType": "BUY", "price": 1, "quantity": quantity})


class World:
    """Two streams in memory, a worker on each, and a naive count of the records."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = FakeClock()
        self.streams = {name: MemoryStream(name, self.clock) for name in NAMES}
        for name, shards in zip(NAMES, (1, 3), strict=True):
            self.streams[name].create(shards)
        monkeypatch.setattr(wiring, "open_stream", self.streams.__getitem__)
        self.workers: dict[str, Worker[Any, Any]] = {
            name: wiring.build_worker("trades", name, TRIM_HORIZON) for name in NAMES
        }
        self.expected: Counter[tuple[str, str, str]] = Counter()  # shares by stream, minute and ticker
        self.refused = 0

    def put(self, name: str, ticker: str, quantity: int) -> None:
        self.streams[name].put([(ticker, trade(ticker, quantity))])
        self.expect(name, ticker, quantity)

    def stray(self, name: str, ticker: str, tenth: int) -> None:
        """Puts a trade by an explicit hash key: it counts where that is in the shard of its own key."""
        place = HASH_SPACE // 10 * tenth
        shard = next(s for s in self.streams[name].describe().shards if s.open and s.hash_start <= place <= s.hash_end)
        self.streams[name].put_hashed(ticker, trade(ticker, 1), place)
        if shard.hash_start <= hash_key(ticker) <= shard.hash_end:
            self.expect(name, ticker, 1)
        else:
            self.refused += 1

    def expect(self, name: str, ticker: str, quantity: int) -> None:
        minute = self.clock() - self.clock() % 60_000
        self.expected[name, str(clock.iso(clock.to_datetime(minute))), ticker] += quantity

    def split(self, name: str, choice: int, _: int) -> None:
        shards = [shard.id for shard in self.streams[name].describe().shards if shard.open]
        if len(shards) < 6:
            self.streams[name].split(shards[choice % len(shards)])

    def step(self, name: str, *_: int) -> None:
        self.workers[name].step()

    def tick(self, _: str, milliseconds: int, __: int) -> None:
        self.clock.advance(milliseconds)

    def finish(self) -> None:
        for worker in self.workers.values():
            idle = 0
            while idle < 8:
                idle = 0 if worker.step() else idle + 1

    def sums(self, stream: str | None) -> dict[tuple[str, str], int]:
        return {(row["minute"], row["ticker"]): row["shares"] for row in report.trades(60, stream)}


@contextmanager
def empty_tables() -> Any:
    """Examples of one property test share its transaction."""
    for model in (Lease, Member, DeadLetter, TradeMinute, TopicVersion):
        model._default_manager.all().delete()
    yield


@settings(
    max_examples=min(25, settings().max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(arrows=st.lists(st.one_of(PUT, PUT, STRAY, SPLIT, STEP, TICK), max_size=40))
def test_interleaved_streams_add_up(arrows: list[tuple[str, Any, Any, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_tables():
        world = World(monkeypatch)
        for arrow, *rest in arrows:
            act: Callable[..., None] = getattr(world, arrow)
            act(*rest)
        world.finish()
        total: Counter[tuple[str, str]] = Counter()
        for (_, minute, ticker), shares in world.expected.items():
            total[minute, ticker] += shares
        assert (world.sums(None), DeadLetter.objects.count()) == (total, world.refused)
        for name in NAMES:
            assert world.sums(name) == {(m, t): n for (s, m, t), n in world.expected.items() if s == name}


def test_report_sums_the_rows_of_all_streams() -> None:
    trades(at(), "AAPL", "BUY", 10, low=9.0, first=9.5, last=9.7, last_sequence=1, largest=200)
    trades(at(), "AAPL", "BUY", 5, high=12.0, first=11.0, last=11.5, last_sequence=2, largest=700, stream="trades-eu")
    [row] = report.trades(60)
    figures = {name: row[name] for name in ("trades", "low", "high", "first", "last", "largest")}
    assert figures == {"trades": 15, "low": 9.0, "high": 12.0, "first": 9.5, "last": 11.5, "largest": 700}
    assert [row["trades"] for row in report.trades(60, "trades-eu")] == [5]


@pytest.mark.parametrize(
    ("other_clock", "living", "rows_of_other", "closed"),
    [
        (at(0, 30), False, False, True),  # an idle reader of a stream without trades in that minute
        (at(0, 30), False, True, False),
        (at(0, 30), True, False, False),
        (at(1, 30), True, True, True),
    ],
)
def test_minute_is_closed_when_each_of_its_streams_has_passed_it(
    other_clock: Any, living: bool, rows_of_other: bool, closed: bool
) -> None:
    lease("trades", watermark=at(1, 5))
    lease("trades", watermark=other_clock, stream="trades-eu")
    trades(at(), "AAPL", "BUY", 1)
    if rows_of_other:
        trades(at(), "AAPL", "BUY", 1, stream="trades-eu")
    if living:
        Member.objects.create(application="trades", stream="trades-eu", owner="one", expires=Now() + LEASE)
    assert [row["closed"] for row in report.trades(60)] == [closed]


def test_open_alarm_is_listed_for_any_beginning() -> None:
    alarm("a", at(-120), None)
    alarm("b", at(-90), at(-80))
    alarm("c", at(-70), at(-30))
    alarm("d", at(), at(0, 9))
    assert [row["site"] for row in orders_report.orders(60)] == ["a", "c", "d"]


def test_alarms_of_one_site_on_two_streams_stand_side_by_side() -> None:
    alarm("a", at(), None)
    alarm("a", at(), None, stream="orders-eu")
    assert [(row["site"], row["stream"]) for row in orders_report.orders(60)] == [("a", "orders"), ("a", "orders-eu")]
    assert [row["stream"] for row in orders_report.orders(60, "orders-eu")] == ["orders-eu"]
    assert AlarmEpisode.objects.count() == 2


def test_default_stream_is_the_applications_own_unless_only_others_have_rows() -> None:
    assert default_stream("trades", streams_of("trades")) == "trades"
    trades(at(-9), "AAPL", "BUY", 1, stream="old")
    trades(at(-1), "AAPL", "BUY", 1, stream="new")
    lease("trades", watermark=None, stream="empty")
    assert (default_stream("trades", streams_of("trades")), streams_of("trades")) == ("new", ["empty", "new", "old"])
    lease("trades", watermark=None)
    assert default_stream("trades", streams_of("trades")) == "trades"
    SiteCount.objects.create(stream="orders-eu", site="a", lines=1, as_of=at(), newest=at())
    assert default_stream("orders", streams_of("orders")) == "orders-eu"
