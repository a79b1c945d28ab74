"""Panels show the rows of their data, say what they cannot show, and know gaps from zeros."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.orders.models import Site, SiteCount, SiteSecond
from dashboard import ranges
from dashboard.boards import panels
from dashboard.boards.reading import read
from streams.core import clock
from tests.dashboard.rows import at, lease, trades

pytestmark = pytest.mark.django_db
NOW = clock.from_datetime(at(10))


def shown(*texts: str, span: str = "10m", value: str = "", head: str = "") -> list[dict[str, Any]]:
    text = f'title = "B"\n{head}\n' + "\n".join(f"[[panels]]\n{each}" for each in texts)
    found: list[dict[str, Any]] = panels.board(read(text), ranges.parse(span, NOW), value, NOW)["panels"]
    return found


@pytest.fixture
def market() -> None:
    for minute, count in ((2, 4), (3, 6), (6, 1)):
        trades(at(minute), "AAA", "BUY", count)
        trades(at(minute), "BBB", "SELL", 2 * count)
    lease("trades", at(8), newest=at(7))


SUM = 'data = "trades/minutes"\nfunction = "sum"\ncolumn = "trades"\n'


def test_curve_knows_gaps_from_zeros(market: None) -> None:
    [panel] = shown('kind = "lines"\n' + SUM)
    assert panel["lines"] == [{"name": "Trades", "values": [None, None, 12, 18, 0, 0, 3, 0, None, None]}]
    assert (panel["title"], panel["unit"], panel["watermark"]) == (
        "Sum of Trades",
        "trades",
        "2026-11-22T12:08:00.000Z",
    )


def test_number_is_of_its_window_and_has_a_spark(market: None) -> None:
    whole, window, quiet = shown(
        'kind = "number"\n' + SUM, 'kind = "number"\nwindow = "2m"\n' + SUM, 'kind = "number"\nwindow = "1m"\n' + SUM
    )
    assert [each["value"] for each in (whole, window, quiet)] == [33, 3, 0]
    assert (window["until"], whole["values"][2:5]) == ("2026-11-22T12:08:00.000Z", [12, 18, 0])


def test_ranking_has_shares_and_counts_the_others(market: None) -> None:
    [panel] = shown('kind = "top"\nby = "ticker"\nmost = 1\n' + SUM)
    assert (panel["places"], panel["more"]) == ([{"name": "BBB", "value": 22, "share": 100.0}], 1)


def test_table_has_the_newest_rows_first(market: None) -> None:
    [panel] = shown('kind = "table"\ndata = "trades/minutes"\ncolumn = "ticker"\nmost = 1\n')
    assert (panel["columns"], panel["rows"], panel["older"]) == (
        [{"label": "Ticker", "unit": "", "number": False}], [["2026-11-22T12:06:00.000Z", "BBB"]], True,
    )  # fmt: skip


def test_variable_filters_each_panel_that_has_its_column(market: None) -> None:
    head = '[variable]\ndata = "trades/minutes"\ncolumn = "ticker"'
    with_it, without = shown(
        'kind = "number"\n' + SUM, 'kind = "number"\ndata = "orders/seconds"', value="AAA", head=head
    )
    assert (with_it["value"], without["value"]) == (11, None)


def test_past_range_is_settled_and_shows_the_same_rows(market: None) -> None:
    [past] = shown('kind = "lines"\n' + SUM, span="2026-11-22T12:02Z..2026-11-22T12:04Z")
    [live] = shown('kind = "lines"\n' + SUM)
    assert (past["lines"][0]["values"], past["settled"], live["settled"]) == ([12, 18], True, False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('kind = "table"\ndata = "nobody/nothing"', "There is no data 'nobody/nothing'"),
        (
            'kind = "top"\ndata = "trades/minutes"\nby = "price"',
            "trades/minutes has no column 'price'. It has: ticker, side",
        ),
        ('kind = "top"\ndata = "trades/minutes"\nby = "low"', "The column low of trades/minutes holds numbers"),
        (
            'kind = "lines"\ndata = "trades/minutes"\nfunction = "sum"\ncolumn = "side"',
            "holds texts, and sum takes a number",
        ),
        ('kind = "lines"\ndata = "trades/minutes"\nstream = "secret"', "trades has never read a stream 'secret'"),
        ('kind = "alarms"\ndata = "trades/minutes"', "The rows of trades/minutes are no alarms"),
        (
            'kind = "lines"\ndata = "trades/minutes"\nwhere = { low = ["1"] }',
            "holds numbers, and a filter takes a text",
        ),
    ],
)
def test_panel_that_cannot_be_shown_says_why(text: str, says: str) -> None:
    [panel] = shown(text)
    assert (says in panel["error"], panel["kind"]) == (True, text.split('"')[1]), panel


def test_board_of_twelve_panels_costs_few_queries(market: None) -> None:
    Site.objects.create(name="london")
    SiteCount.objects.create(site="london", lines=1, as_of=at(1), newest=at(1))
    SiteSecond.objects.create(site="london", second=at(1), lines=3, peak=3)
    kinds = [
        'kind = "lines"\n' + SUM,
        'kind = "number"\ndata = "orders/seconds"',
        'kind = "alarms"\ndata = "orders/alarms"',
    ]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = shown(*(kinds * 4))
    assert (["error" in each for each in found], len(queries) <= 80) == ([False] * 12, True), len(queries)
