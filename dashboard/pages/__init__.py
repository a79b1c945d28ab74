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


class Kind(NamedTuple):
    """A page of one application, of whichever stream."""

    application: str
    build: Callable[..., dict[str, Any]]  # of a time, and the keyword `stream`
    every: timedelta = timedelta(0)
    staff: bool = False


SECOND = timedelta(seconds=1)
PULSE = "pulse"  # the one topic that is of no application
_PULSE = Page(None, progress.pulse, every=2 * SECOND)
_PAGES = {
    "market": Kind(topics.TRADES, trades.market),
    "market-history": Kind(topics.TRADES, trades.market_history, every=SECOND),
    "orders": Kind(topics.ORDERS, orders.orders),
    "orders-history": Kind(topics.ORDERS, orders.orders_history),
}
_TICKER = re.compile(r"ticker:([A-Z0-9][A-Z0-9.-]{0,15})")


def find(topic: str) -> Page | None:
    """Returns the page of a topic; None for a name that is none.

    Reads no database: any well-formed ticker on any stream has a page.
    """
    if topic == PULSE:
        return _PULSE
    name, stream = _split(topic)
    kind = _kind(name)
    if kind is None or stream == "":
        return None
    stream = stream or kind.application
    return Page(topics.of(kind.application, stream), partial(kind.build, stream=stream), kind.every, kind.staff)


def on(name: str, stream: str) -> str:
    """Returns the topic of a page on a stream, NAME or NAME@STREAM; raises KeyError for a name that is none.

    A name that holds an @ itself, as a ticker may, always has a stream behind it.
    """
    kind = _kind(name)
    if kind is None:
        raise KeyError(name)
    return name if stream == kind.application and "@" not in name else f"{name}@{stream}"


def reader(topic: str) -> tuple[str, str | None]:
    """Returns the application of a topic and the stream that it names, if it does; raises KeyError for no topic."""
    name, stream = _split(topic)
    kind = _kind(name)
    if kind is None:
        raise KeyError(topic)
    return kind.application, stream


def _split(topic: str) -> tuple[str, str | None]:
    """Returns what is before and behind the last @; streams' names hold none."""
    name, at, stream = topic.rpartition("@")
    return (name, stream) if at else (topic, None)


def _kind(name: str) -> Kind | None:
    if found := _TICKER.fullmatch(name):
        return Kind(topics.TRADES, partial(trades.ticker, found[1]), every=SECOND)
    return _PAGES.get(name)
