"""Adds up trades over steps of time: counts, shares, value, and the prices of a candle."""

from collections.abc import Iterable, Sequence
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
    _, bought, sold, bought_shares, sold_shares, cents, lows, highs, firsts, lasts = zip(*bars, strict=True)
    return Bar(
        start,
        min(MOST, sum(bought)),
        min(MOST, sum(sold)),
        min(MOST, sum(bought_shares)),
        min(MOST, sum(sold_shares)),
        sum(cents),
        min(_known(lows), default=None),
        max(_known(highs), default=None),
        next(iter(_known(firsts)), None),
        next(iter(_known(lasts[::-1])), None),
    )


def _known(prices: Sequence[float | None]) -> list[float]:
    return [price for price in prices if price is not None]
