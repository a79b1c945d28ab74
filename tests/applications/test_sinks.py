"""Tests the lists of tickers and sites that the sinks keep beside the results."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from applications.market import sink as market_sink
from applications.market.models import Ticker
from applications.market.results import Tally, TradeRow
from applications.orders import sink as orders_sink
from applications.orders.models import Site
from applications.orders.results import OrderResults, WindowCount
from streams.core.clock import MINUTE

HOUR = 60 * MINUTE


def rows(names: list[str], minute: int = 0) -> list[TradeRow]:
    return [TradeRow(minute, name, "BUY", Tally.of(10.0, 1)) for name in names]


def asked(names: list[str], minute: int = 0) -> int:
    """Writes, and counts the questions about tickers."""
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        market_sink.write("trades", rows(names, minute))
    return sum("market_ticker" in query["sql"] for query in queries.captured_queries)


@pytest.mark.django_db(transaction=True)
def test_ticker_has_a_row_and_is_queried_once_an_hour() -> None:
    assert [asked(["A", "b"]), asked(["A", "b"]), asked(["A", "b"], HOUR)] == [2, 0, 1]
    assert list(Ticker.objects.order_by("name").values_list("name", "folded")) == [("A", "a"), ("b", "b")]


@pytest.mark.django_db(transaction=True)
def test_ticker_is_made_by_the_next_write_after_a_rollback() -> None:
    with pytest.raises(ArithmeticError), transaction.atomic():
        market_sink.write("trades", rows(["A"]))
        raise ArithmeticError
    market_sink.write("trades", rows(["A"]))
    assert Ticker.objects.count() == 1


@pytest.mark.django_db
def test_sites_and_tickers_beyond_one_query_are_all_made() -> None:
    names = [f"n{number}" for number in range(1201)]
    market_sink.write("trades", rows(names))
    orders_sink.write("orders", OrderResults([WindowCount(name, 1, 0, 0) for name in names], [], [], []))
    assert (Ticker.objects.count(), Site.objects.count()) == (1201, 1201)


@pytest.mark.django_db
def test_thresholds_are_read_only_when_changed_from_the_default() -> None:
    for name, threshold in (("a", 30), ("b", 29), ("c", 31)):
        Site.objects.create(name=name, threshold=threshold)
    assert orders_sink.thresholds() == {"b": 29, "c": 31}
