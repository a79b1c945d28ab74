"""Tests the contract of every source, and the source that has a pace of its own."""

from collections.abc import Iterator
from math import inf
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.market.generator import Trades
from applications.orders.generator import MadeUpOrders, Replay
from streams.core.records import Entry
from streams.sources.base import PacedSource, Source, SourceError, Timed, TimedEntry

SAMPLE = Path(__file__).parents[2] / "data" / "orders.csv"


def entry(number: int) -> Entry:
    return "key", b"%d" % number


def failing(count: int) -> Iterator[TimedEntry]:
    for number in range(count):
        yield float(number), entry(number)
    raise SourceError("cut short")


@pytest.mark.parametrize(
    ("source", "paced"),
    [(Trades(Random(1)), False), (MadeUpOrders(Random(1), 0), True), (Replay(SAMPLE), True)],
    ids=["trades", "made-up orders", "replay"],
)
def test_sources_know_whether_they_have_a_pace(source: Source, paced: bool) -> None:
    assert isinstance(source, PacedSource) is paced
    assert len(source.take(3)) == 3
    assert source.skipped == 0


@given(
    moments=st.lists(st.integers(0, 20), max_size=30).map(sorted),
    asked=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=20),
)
def test_take_until_returns_the_records_up_to_a_time(moments: list[int], asked: list[tuple[int, int]]) -> None:
    source = Timed(iter([(float(moment), entry(number)) for number, moment in enumerate(moments)]))
    taken = 0
    for until, limit in asked:
        due = [number for number in range(taken, len(moments)) if moments[number] <= until][:limit]
        assert source.take_until(until, limit) == [entry(number) for number in due]
        taken += len(due)
        assert source.due() == (moments[taken] if taken < len(moments) else None)
    assert source.take_until(inf, 99) == [entry(number) for number in range(taken, len(moments))]


def test_take_returns_fewer_only_at_the_end_and_then_none() -> None:
    source = Timed(iter([(0.0, entry(number)) for number in range(5)]))
    assert [len(source.take(2)) for _ in range(5)] == [2, 2, 1, 0, 0]


def test_failure_is_raised_after_the_records_before_it() -> None:
    source = Timed(failing(3))
    assert source.take(10) == [entry(0), entry(1), entry(2)]
    for ask in (lambda: source.take(1), lambda: source.take_until(9, 1), source.due):
        with pytest.raises(SourceError, match="cut short"):
            ask()


def test_a_failure_before_the_first_record_is_raised_at_once() -> None:
    with pytest.raises(SourceError, match="cut short"):
        Timed(failing(0))
