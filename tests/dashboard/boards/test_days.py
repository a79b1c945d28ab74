"""Curves of long ranges have the days of the viewer's zone, those of 23 and 25 hours too."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from msgspec.structs import replace

from applications.market import sink
from applications.market.datasets import TABLE
from applications.market.results import Tally, TradeRow
from applications.market.rollups import LADDER
from applications.quotes.datasets import PRICES
from applications.quotes.models import StreamedBar
from dashboard import ranges
from dashboard.boards import days, store
from dashboard.boards.days import DAY
from dashboard.boards.models import Board
from dashboard.held import answers
from dashboard.held.parts import figure
from dashboard.live.service import snapshots
from dashboard.steps import reading
from dashboard.steps.building import with_tables
from streams.core import clock
from streams.declarations import Question, Series
from streams.models.rollups import EPOCH, roll
from tests.dashboard.rows import lease

BOTH = replace(with_tables(LADDER, TABLE), kept_since=lambda: EPOCH)
START, MINUTES = datetime(2026, 10, 23, 12, tzinfo=UTC), 5 * 1440
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]).map(ZoneInfo)
ROWS = st.dictionaries(st.tuples(st.integers(0, MINUTES - 1), st.sampled_from("AB")), st.integers(1, 9), max_size=12)
PANEL = '[[panels]]\nkind = "bars"\ndata = "trades/minutes"\nwindow = "1d"\n'
FUNCTIONS = st.sampled_from(["count", "sum", "mean", "max", "last", "p95", "distinct"])


def question(zone: ZoneInfo, function: str, by: str) -> tuple[Question, list[int]]:
    start = clock.from_datetime(START)
    span = ranges.Span(start, start + MINUTES * clock.MINUTE, live=False, text="", zone=zone)
    edges = [edge * clock.SECOND for edge in ranges.edges(span, DAY // clock.SECOND, zone)]
    column = "" if function == "count" else "trades"
    return Question(stream="s", start=edges[0], end=span.end, step=DAY, function=function, column=column, by=by), edges


def put(at: datetime, ticker: str, count: int, stream: str = "s") -> None:
    sink.write(
        stream, [TradeRow(clock.from_datetime(at), ticker, "BUY", Tally(count, 5, 5_000, 10.0, 10.0, 10.0, 10.0, 5))]
    )


class Days(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(rows=ROWS, zone=ZONES, function=FUNCTIONS, by=st.sampled_from(["", "ticker"]), rolls=st.booleans())
    def test_each_day_has_the_rows_of_its_date(
        self, rows: Any, zone: ZoneInfo, function: str, by: str, rolls: bool
    ) -> None:
        sink.forget()
        held = []
        of: dict[str, dict[Any, list[float]]] = defaultdict(lambda: defaultdict(list))
        for (minute, ticker), count in sorted(rows.items()):
            at = START + timedelta(minutes=minute)
            put(at, ticker, count)
            held.append((clock.from_datetime(at), minute, {"ticker": ticker, "trades": count}))
            of[ticker if by else ""][at.astimezone(zone).date()].append(count)

        while rolls and roll(BOTH, "s", most=3):
            pass

        def from_memory(asked: Question) -> Series:
            mine = [row for row in held if asked.start <= row[0] < asked.end]
            found = answers.series(asked, mine, ["trades"])
            assert found
            return found

        asked, edges = question(zone, function, by)
        dates = [clock.to_datetime(edge).astimezone(zone).date() for edge in edges[:-1]]
        wanted = {
            name: [figure(function, mine[day]) if day in mine else None for day in dates] for name, mine in of.items()
        }
        for ask in (TABLE.series, replace(TABLE, steps=None).series, from_memory):
            found = days.series(ask, asked, edges)
            assert {line.name: line.values for line in found.lines if any(line.values)} == wanted
            assert (found.edges, found.begun(asked.end)) == (edges, len(dates))


@pytest.mark.django_db
def test_days_of_a_zone_are_read_from_the_longest_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    sink.forget()
    asked, edges = question(ZoneInfo("America/New_York"), "count", "ticker")
    asked = replace(asked, start=edges[1], end=edges[4], phase=edges[1])
    tally = Tally(1, 5, 5_000, 10.0, 10.0, 10.0, 10.0, 5)
    times = range(asked.start, asked.end, 1_800_000)  # 48 a day, 6 of them in the 3 hours that lie in two days
    sink.write("s", [TradeRow(at, "A", "BUY", tally) for at in times])
    while roll(BOTH, "s", most=1000):
        pass
    monkeypatch.setattr("dashboard.steps.reading.READ", 3 * (7 + 6))
    found = reading.answer(TABLE, asked)
    assert found
    assert ([line.values for line in found.lines], found.since) == ([[48] * 3], asked.start)


def test_runs_are_of_days_of_one_length() -> None:
    _, edges = question(ZoneInfo("Europe/Berlin"), "count", "")
    found = [((end - start) // length, length // clock.MINUTE) for start, end, length in days.runs(edges)]
    assert found == [(2, 1440), (1, 1500), (3, 1440)]


@pytest.mark.django_db
def test_zones_share_the_topic_of_a_short_range_and_have_their_own_of_a_long_one(as_ada: Client, shared: Board) -> None:
    found = [
        as_ada.get(f"/boards/ours/?range={length}&zone=Europe/Berlin").context["topic"] for length in ("6h", "30d")
    ]
    assert found == ["board:ours?range=6h", "board:ours?range=30d&zone=Europe%2FBerlin"]
    assert snapshots.refresh(found).keys() == set(found)
    store.change(shared, f'title = "Ours"\n{PANEL}')
    short = as_ada.get("/boards/ours/?range=6h&zone=Europe/Berlin").context["topic"]
    assert short == "board:ours?range=6h&zone=Europe%2FBerlin"


@pytest.mark.django_db
def test_board_in_a_zone_has_its_days_in_panel_and_file(as_ada: Client, shared: Board) -> None:
    store.change(shared, f'title = "Ours"\n{PANEL}')
    for hour in (21, 23):  # of one day in UTC, of two in Berlin
        put(datetime(2026, 10, 25, hour, tzinfo=UTC), "AAA", 1, "trades")
    lease("trades", datetime(2026, 11, 1, tzinfo=UTC))
    query = "range=2026-10-24T00:00..2026-10-28T00:00&zone=Europe/Berlin"
    [found] = as_ada.get(f"/boards/ours/data.json?{query}").json()["panels"]
    starts = [clock.to_iso(edge)[5:13] for edge in found["edges"]]
    assert starts == ["10-23T22", "10-24T22", "10-25T23", "10-26T23", "10-27T23"]
    assert found["lines"][0]["values"] == [None, 1, 1, 0]
    file = b"".join(as_ada.get(f"/boards/ours/0.csv?{query}")).decode()
    assert [line[5:13] for line in file.splitlines()[1:]] == starts[:-1]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_rows_that_are_days_of_utc_keep_their_days_in_every_zone(as_ada: Client, shared: Board, zone: str) -> None:
    store.change(shared, f'title = "Ours"\n{PANEL.replace("trades/minutes", "quotes/days")}')
    day = datetime(2026, 10, 26, tzinfo=UTC)
    prices = dict.fromkeys(PRICES, 5.0)
    StreamedBar.objects.create(stream="quotes", ticker="AAPL", day=day, arrived=day, sequence="1", **prices)
    query = f"range=2026-10-24T12:00..2026-10-28T12:00&zone={zone}"
    [found] = as_ada.get(f"/boards/ours/data.json?{query}").json()["panels"]
    place = found["lines"][0]["values"].index(1)
    assert clock.to_iso(found["start"] + place * found["step"]) == "2026-10-26T00:00:00.000Z"
