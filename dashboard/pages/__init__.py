"""The topics of docs/protocol.md: which announcements change them, and how their snapshots are built."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from dashboard.pages import orders, trades
from streams import topics
from streams.names import MOST_NAME

Build = Callable[[datetime], dict[str, Any]]


class Page(NamedTuple):
    """A topic: whose TopicVersion grows when it may have changed, and what builds its snapshot as of a time."""

    version_topic: str
    build: Build
    every: timedelta = timedelta(0)  # it need not be built more often
    staff: bool = False  # theirs alone to see


SECOND = timedelta(seconds=1)
_PAGES = {
    "market": Page(topics.TRADES, trades.market),
    "market-history": Page(topics.TRADES, trades.market_history, every=SECOND),
    "orders": Page(topics.ORDERS, orders.orders),
    "orders-history": Page(topics.ORDERS, orders.orders_history),
}


def _ticker(name: str) -> Page:
    return Page(topics.TRADES, partial(trades.ticker, name), every=SECOND)


def _site(name: str) -> Page:
    return Page(topics.ORDERS, partial(orders.site, name))


def _site_history(name: str) -> Page:
    return Page(topics.ORDERS, partial(orders.site_history, name))


# Topics of one ticker or site, by what stands before the colon.
_NAMED: dict[str, Callable[[str], Page]] = {"ticker": _ticker, "site": _site, "site-history": _site_history}


def find(topic: str) -> Page | None:
    """Returns the page of a topic; None for a name that is none. Reads no database: any name may have traded.

    A space at the ends of a name is let through here: older rows may have one.
    """
    kind, _, name = topic.partition(":")
    if kind in _NAMED and 1 <= len(name) <= MOST_NAME and name.isprintable():
        return _NAMED[kind](name)
    return _PAGES.get(topic)
