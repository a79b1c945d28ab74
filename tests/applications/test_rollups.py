"""Sums over longer steps equal a naive count of the minutes and seconds, after replays and late changes too."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from msgspec.structs import replace

from applications.market import rollups as market
from applications.market import sink as market_sink
from applications.market.bars import Bar
from applications.market.models import TradeMinute
from applications.market.results import Tally, TradeRow
from applications.orders import rollups as orders
from applications.orders import sink as orders_sink
from applications.orders.models import SiteSecond
from applications.orders.results import OrderResults, SecondRate, WindowCount
from streams.core.clock import MINUTE, SECOND, to_datetime
from streams.models import RollupMark
from streams.models.rollups import EPOCH, Ladder, Roller, floor, roll, waits
from tests.dashboard.rows import at

FIRST = int(at(-3).timestamp()) * 1000  # the steps around noon begin and end within reach of it
ALWAYS = floor(at(-1e5), 86_400), at(1e5)
EXAMPLES = 40 if settings().max_examples > 10 else 3  # few on database servers
offsets = st.one_of(st.integers(0, 8), st.integers(0, 3 * 1440))  # minutes
prices = st.integers(100, 5000).map(lambda cents: cents / 100)
tallies = st.builds(
    lambda trades, shares, low, more, last: Tally(
        trades, shares, 10**17 + trades, low, low + more, low, low + more, shares, f"{last:020d}"
    ),
    st.integers(1, 50), st.integers(1, 2**40), prices, prices, st.integers(1, 10**6),
)  # fmt: skip
trades = st.builds(
    lambda minute, ticker, side, tally: TradeRow(FIRST + minute * MINUTE, ticker, side, tally),
    offsets, st.sampled_from(["AMZN", "MSFT"]), st.sampled_from(["BUY", "SELL"]), tallies,
)  # fmt: skip
seconds = st.tuples(
    st.sampled_from(["paris", "rome"]),
    st.builds(
        lambda minute, second, lines, peak: SecondRate(FIRST + minute * MINUTE + second * SECOND, lines, peak),
        offsets, st.integers(0, 59), st.integers(1, 9), st.integers(1, 90),
    ),
)  # fmt: skip


def commits(rows: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    """Lists of commits. A row comes again with other values, as from a replay; [] builds the steps."""
    return st.lists(st.lists(rows, max_size=5), max_size=6)


def always(ladder: Ladder) -> Ladder:
    """Returns a ladder that builds steps of any age."""
    return replace(ladder, kept_since=lambda: EPOCH)


def roll_all(ladder: Ladder, stream: str) -> None:
    while roll(always(ladder), stream, most=3):
        pass


def naive_bars(rows: list[TradeMinute], step: int, *, of_all: bool) -> list[Bar]:
    """The bars of steps, counted from the stored minutes in one go."""
    found = []
    for start in sorted({floor(row.minute, step) for row in rows}):
        within = [row for row in rows if floor(row.minute, step) == start]
        buys, sells = ([row for row in within if row.side == side] for side in ("BUY", "SELL"))
        first = [row for row in within if row.minute == min(row.minute for row in within)]
        last = max(within, key=lambda row: (row.minute, row.last_sequence, row.side == "BUY"))
        candle = (
            min(row.low for row in within),
            max(row.high for row in within),
            max(first, key=lambda row: (row.trades, row.side == "BUY")).first,
            last.last,
        )
        counts = [sum(getattr(row, name) for row in side) for name in ("trades", "shares") for side in (buys, sells)]
        prices_of = (None,) * 4 if of_all else candle
        found.append(Bar._make((start, *counts, sum(row.cents for row in within), *prices_of)))
    return found


class Exactness(TestCase):
    @settings(max_examples=EXAMPLES)
    @given(history=commits(trades))
    def test_steps_of_trades_equal_a_naive_count_of_the_minutes(self, history: list[list[TradeRow]]) -> None:
        market_sink.forget()
        for rows in history:
            market_sink.write("s", list({row[:3]: row for row in rows}.values()))
            if not rows:
                roll_all(market.LADDER, "s")
        roll_all(market.LADDER, "s")
        for ticker in ("AMZN", "MSFT", market.ALL):
            minutes = TradeMinute.objects.filter(stream="s", **({"ticker": ticker} if ticker else {}))
            for step in (*market.STEPS, 900):
                expected = naive_bars(list(minutes), step, of_all=not ticker)
                assert market.bars("s", ticker, *ALWAYS, step) == expected

    @settings(max_examples=EXAMPLES)
    @given(history=commits(seconds))
    def test_steps_of_orders_equal_a_naive_count_of_the_seconds(self, history: list[list[Any]]) -> None:
        for rows in history:
            counts = [WindowCount(site, 1, FIRST, FIRST + 9**8 * SECOND) for site in {site for site, _ in rows}]
            orders_sink.write("s", OrderResults(counts, [*{(s, r.second): (s, r) for s, r in rows}.values()], [], []))
            if not rows:
                roll_all(orders.LADDER, "s")
        roll_all(orders.LADDER, "s")
        stored = list(SiteSecond.objects.filter(stream="s"))
        for step in (1, 15, *orders.STEPS, 900):
            expected: dict[str, dict[Any, Any]] = {}
            for row in stored:
                steps, start = expected.setdefault(row.site, {}), floor(row.second, step)
                lines, peak = steps.get(start, (0, 0))
                steps[start] = lines + row.lines, max(peak, row.peak)
            assert orders.counts("s", ["paris", "rome"], *ALWAYS, step) == expected


@pytest.mark.django_db
def test_part_takes_the_newest_marks_and_says_what_waits() -> None:
    market_sink.forget()
    for minute in (0, 60):
        market_sink.write("s", [TradeRow(FIRST + minute * MINUTE, "AMZN", "BUY", Tally.of(10.0, 5))])
    assert roll(market.LADDER, "s", most=1) == 1
    assert [mark.minute for mark in RollupMark.objects.all()] == [to_datetime(FIRST)]
    assert waits("trades", "s", at(-5), at(0), now=at(62))
    assert not waits("trades", "s", at(-2), at(60), now=at(62))


@pytest.mark.django_db
def test_roller_rests_between_parts_and_ends_with_one() -> None:
    market_sink.forget()
    now = [0.0]
    roller = Roller(market.LADDER, "s", lambda: now[0])
    left = []
    for now[0] in (0.0, 4.9, 5.0, 5.1):
        market_sink.write("s", [TradeRow(FIRST, "AMZN", "BUY", Tally.of(10.0, 5))])
        assert roller() is False
        left.append(RollupMark.objects.count())
    roller.close()
    assert [*left, RollupMark.objects.count()] == [0, 1, 0, 1, 0]
