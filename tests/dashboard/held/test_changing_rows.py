"""Tests that the answers from memory equal those of the database after counts, late records and removals."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from applications.market.datasets import TABLE
from applications.market.models import TradeMinute
from dashboard.held import changing
from dashboard.held import rows as held
from dashboard.held.looks import one_look
from streams.core import clock
from streams.declarations import FUNCTIONS, Question
from tests.dashboard.held.test_held_rows import plain
from tests.dashboard.rows import at, trades

START, MINUTE = clock.from_datetime(at()), 60_000
# A commit counts into rows, or removes a ticker: (minute, ticker, side, trades; 0 to remove).
ROWS = st.tuples(
    st.integers(0, 4), st.sampled_from("ABé"), st.sampled_from(["BUY", "SELL"]), st.integers(0, 3), st.integers(1, 40)
)
COMMITS = st.lists(st.lists(ROWS, max_size=5), min_size=2, max_size=4)
QUESTIONS = st.builds(
    Question,
    stream=st.just("trades"),
    start=st.sampled_from([START, START + MINUTE]),
    end=st.integers(START + 90_000, START + 5 * MINUTE),
    step=st.sampled_from([MINUTE, 2 * MINUTE]),
    function=st.sampled_from(FUNCTIONS),
    column=st.sampled_from(["trades", "value", "low", "last"]),
    by=st.sampled_from(["", "ticker", "side"]),
    where=st.sampled_from([{}, {"ticker": ["A", "é"]}]),
    most=st.sampled_from([1, 5]),
)
pytestmark = pytest.mark.django_db


def commit(rows: Sequence[tuple[int, str, str, int, int]]) -> None:
    for minute, ticker, side, count, price in rows:
        found = TradeMinute.objects.filter(minute=at(minute), ticker=ticker, side=side)
        grown = {"trades": F("trades") + count, "cents": F("cents") + 100 * price * count, "last": price}
        if not count:
            TradeMinute.objects.filter(ticker=ticker).delete()
        elif not found.update(**grown):
            trades(at(minute), ticker, side, count, low=price, last=price)


@settings(max_examples=40)
@given(commits=COMMITS, asked=st.lists(QUESTIONS, min_size=1, max_size=3), moves=st.integers(0, 60_000))
def test_answers_of_changing_rows_are_those_of_the_database(
    commits: list[list[tuple[int, str, str, int, int]]], asked: list[Question], moves: int
) -> None:
    TradeMinute.objects.all().delete()
    held.forget()
    naive = replace(TABLE, held="", sums=(), steps=None)
    for turn, rows in enumerate(commits):
        commit(rows)
        now = [replace(each, start=each.start + moves * turn // 3, end=each.end + moves * turn) for each in asked]
        with one_look():
            found = [plain(TABLE.series(each)) for each in now]
        assert found == [plain(naive.series(each)) for each in now]


def test_row_made_anew_with_the_same_sums_is_read_anew() -> None:
    commit([(2, "A", "BUY", 2, 2)])
    lows = [TABLE.series(replace(question(), column="low")).lines[0].whole]
    commit([(0, "A", "BUY", 0, 1), (2, "A", "BUY", 2, 1)])
    assert [*lows, TABLE.series(replace(question(), column="low")).lines[0].whole] == [2, 1]


def question(stream: str = "trades") -> Question:
    return Question(stream=stream, start=START, end=START + 5 * MINUTE, step=MINUTE, function="sum", column="trades")


def test_look_after_a_commit_reads_the_rows_of_its_minutes() -> None:
    commit([(minute, "A", "BUY", 1, 10) for minute in range(4)])
    TABLE.series(question())
    commit([(2, "A", "BUY", 4, 10), (3, "B", "BUY", 1, 10)])
    with CaptureQueriesContext(connection) as queries, one_look():
        [line] = TABLE.series(question()).lines
        TABLE.series(replace(question(), by="ticker", start=START + MINUTE))
    times = [query["sql"].count("12:02:00") + query["sql"].count("12:03:00") for query in queries]
    assert (line.values, times) == ([1, 1, 5, 2, None], [0, 2])


def test_changing_rows_that_are_too_many_are_left_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MOST", 2)
    commit([(0, "A", "BUY", 1, 10), (1, "A", "BUY", 1, 10)])
    source = changing.Changing(("x", "trades"), TABLE._questions)
    few = held.view(source, START, START + 5 * MINUTE)
    commit([(2, "A", "BUY", 1, 10)])
    many = [held.view(source, START, START + 5 * MINUTE), held.view(source, START, START + 5 * MINUTE)]
    assert (few and len(few.rows), many, TABLE.series(question()).lines[0].whole) == (2, [None, None], 3)


def test_changing_rows_of_two_streams_are_apart() -> None:
    trades(at(), "A", "BUY", 1)
    trades(at(), "A", "BUY", 2, stream="other")
    wholes = [TABLE.series(question(stream)).lines[0].whole for stream in ("trades", "other", "trades")]
    assert wholes == [1, 2, 1]
