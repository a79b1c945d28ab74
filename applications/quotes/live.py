"""Reads the day that is not over from the stream that trades a ticker, through the registry of applications.

No application imports another: the dataset `trades/minutes` has the minutes of a day, and the topic `ticker:NAME` of
the same application has those of the last hour, each second anew. Without them the pages have bars alone.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from applications.quotes.figures import Live, number
from dashboard import topics
from dashboard.live.service import snapshots as live_snapshots
from dashboard.topics import PULSE
from streams import applications
from streams.core import clock
from streams.declarations import Dataset, Question
from streams.models.readers import default_stream, streams_of

MINUTES = "trades/minutes"
FAMILY = "ticker"
COLUMNS = ("trades", "shares", "first", "low", "high", "last")
MOST = 3_000  # rows: two sides of each minute of a day


class Minute(NamedTuple):
    """Holds the trades of a minute, in both directions; `at` is in seconds since 1970."""

    at: int
    first: float
    high: float
    low: float
    last: float
    shares: int


class Today(NamedTuple):
    """Holds the day so far of a ticker: where it comes from, its bar, and its minutes, oldest first."""

    application: str
    stream: str
    topic: str
    bar: Live | None
    minutes: list[Minute]
    snapshots: dict[str, Any]


def today(ticker: str, now: datetime) -> Today | None:
    """Returns the day so far, in UTC, without a bar before its first trade; None where no stream trades the ticker."""
    dataset = next((each for each in applications.datasets() if each.name == MINUTES), None)
    if dataset is None:
        return None
    stream = default_stream(dataset.application, streams_of(dataset.application))
    if dataset.values("ticker", stream, ticker, 1) != [ticker]:
        return None
    try:
        topic = topics.on_stream(f"{FAMILY}:{ticker}", stream)
    except KeyError:
        return None
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    snapshots = live_snapshots.take([topic, PULSE], now)
    minutes = _minutes(dataset, stream, ticker, midnight) | _of_topic(snapshots[topic]["data"], midnight)
    ordered = [minutes[at] for at in sorted(minutes)]
    return Today(dataset.application, stream, topic, bar(ordered, midnight), ordered, snapshots)


def bar(minutes: Sequence[Minute], midnight: datetime) -> Live | None:
    """Returns the bar of a day's minutes; None without minutes."""
    if not minutes:
        return None
    return Live(
        day=number(midnight.date()),
        open=minutes[0].first,
        high=max(minute.high for minute in minutes),
        low=min(minute.low for minute in minutes),
        close=minutes[-1].last,
        volume=sum(minute.shares for minute in minutes),
    )


def _minutes(dataset: Dataset, stream: str, ticker: str, midnight: datetime) -> dict[int, Minute]:
    if dataset.cells is None:
        return {}
    start, end = (clock.from_datetime(midnight + timedelta(days=day)) for day in (0, 1))
    asked = Question(stream=stream, start=start, end=end, where={"ticker": [ticker]}, most=MOST)
    rows = dataset.cells(asked, COLUMNS)
    return {
        at // clock.SECOND: _minute(at // clock.SECOND, [values for _, values in group])
        for at, group in groupby(rows, itemgetter(0))
    }


def _minute(at: int, sides: Sequence[Sequence[Any]]) -> Minute:
    """Returns the minute of the rows of its sides; the busier side gives its first and its last price."""
    trades, shares, first, low, high, last = zip(*sides, strict=True)
    busier = trades.index(max(trades))
    return Minute(at, first[busier], max(high), min(low), last[busier], sum(shares))


def _of_topic(data: dict[str, Any], midnight: datetime) -> dict[int, Minute]:
    """Returns the minutes of a snapshot that lie in the day."""
    found = {}
    for row in data["minutes"]:
        at = clock.from_iso(row["minute"]) // clock.SECOND
        if at >= midnight.timestamp():
            shares = row["bought_shares"] + row["sold_shares"]
            found[at] = Minute(at, row["first"], row["high"], row["low"], row["last"], shares)
    return found
