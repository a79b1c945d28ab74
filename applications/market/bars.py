"""Adds up trades over steps of time: counts, shares, value, and the prices of a candle."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from applications.market.models import TradeMinute

MOST = 2**63 - 1  # of a column


class Bar(NamedTuple):
    """Holds the trades of a step. The prices are None for those of several tickers together."""

    start: datetime
    bought: int
    sold: int
    bought_shares: int
    sold_shares: int
    cents: int
    low: float | None = None
    high: float | None = None
    first: float | None = None
    last: float | None = None


def of_minute(start: datetime, rows: Iterable[TradeMinute]) -> Bar:
    """Returns the bar of one ticker's minute from its rows, one for each side that traded."""
    found = list(rows)
    sides = {row.side: row for row in found}
    bought, sold = sides.get("BUY"), sides.get("SELL")
    return Bar(
        start,
        bought.trades if bought else 0,
        sold.trades if sold else 0,
        bought.shares if bought else 0,
        sold.shares if sold else 0,
        sum(row.cents for row in found),
        min(row.low for row in found),
        max(row.high for row in found),
        # The rows do not say which side traded first; the busier one is the likelier.
        max(found, key=attrgetter("trades")).first,
        max(found, key=attrgetter("last_sequence")).last,
    )


def merged(start: datetime, bars: list[Bar]) -> Bar:
    """Returns the bar of a step from those within it, in the order of time; they are at least one."""
    counts = (min(MOST, sum(getattr(bar, name) for bar in bars)) for name in Bar._fields[1:5])
    lows = [bar.low for bar in bars if bar.low is not None]
    highs = [bar.high for bar in bars if bar.high is not None]
    first = next((bar.first for bar in bars if bar.first is not None), None)
    last = next((bar.last for bar in reversed(bars) if bar.last is not None), None)
    low, high = min(lows, default=None), max(highs, default=None)
    return Bar._make((start, *counts, sum(bar.cents for bar in bars), low, high, first, last))
