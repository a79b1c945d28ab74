"""The topics of docs/protocol.md: which announcements change them, and how their snapshots are built."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from dashboard.pages import orders, progress, trades
from streams import topics


class Page(NamedTuple):
    """A topic: the TopicVersion that grows when it may have changed, and the function that builds its snapshot.

    Without a `version_topic` the snapshot is built by time: every `every`, with the second as its version.
    """

    version_topic: str | None
    build: Callable[[datetime], dict[str, Any]]
    every: timedelta = timedelta(0)  # it need not be built more often
    staff: bool = False  # theirs alone to see


SECOND = timedelta(seconds=1)
_PAGES = {
    "market": Page(topics.TRADES, trades.market),
    "market-history": Page(topics.TRADES, trades.market_history, every=SECOND),
    "pulse": Page(None, progress.pulse, every=2 * SECOND),
    "orders": Page(topics.ORDERS, orders.orders),
    "orders-history": Page(topics.ORDERS, orders.orders_history),
}
_TICKER = re.compile(r"ticker:([A-Z0-9][A-Z0-9.-]{0,15})")


def find(topic: str) -> Page | None:
    """The page of a topic; None for a name that is none. Reads no database: any well-formed ticker has a page."""
    if found := _TICKER.fullmatch(topic):
        return Page(topics.TRADES, partial(trades.ticker, found[1]), every=SECOND)
    return _PAGES.get(topic)
