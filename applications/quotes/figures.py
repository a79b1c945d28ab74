"""Computes the figures of quotes: averages, changes in percent, and bars of several days. It knows no database.

Prices are whole numbers of a small unit, so that sums are exact; frontend/parts/figures.js computes the same in the
browser, and one file of examples holds both to it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from math import floor
from typing import Any

AVERAGES = (20, 50, 200)  # days
PRICES = ("open", "high", "low", "close", "adj_close")
FIRST_DAY = date(1970, 1, 1).toordinal()
Change = Callable[[list[Any]], list[Any]]


@dataclass(frozen=True)
class History:
    """Holds the bars of a ticker as columns of equal length, oldest first.

    `days` are counted from 1970-01-01; prices are whole numbers of 10^-places.
    """

    ticker: str
    places: int
    days: list[int]
    open: list[int]
    high: list[int]
    low: list[int]
    close: list[int]
    adj_close: list[int]
    volume: list[int | None]
    averages: dict[int, list[int | None]] = field(default_factory=dict)  # sums of the last closes, by their number

    def between(self, first: date, last: date) -> "History":
        """Returns the bars of some days, both inclusive."""
        start, end = bisect_left(self.days, number(first)), bisect_right(self.days, number(last))
        return self._each(lambda column: column[start:end])

    def with_bar(self, bar: "Live | None") -> "History":
        """Returns the bars with that of a newer day, or of the newest day in place of the one that is there.

        Its close is corrected as that of the bar before, so that a change in percent has no step.
        """
        if bar is None or (self.days and bar.day < self.days[-1]):
            return self
        kept = bisect_left(self.days, bar.day)
        prices = {name: round(getattr(bar, name) * 10**self.places) for name in ("open", "high", "low", "close")}
        adjusted = prices["close"]
        if kept and self.close[kept - 1]:
            adjusted = floor(adjusted * self.adj_close[kept - 1] / self.close[kept - 1] + 0.5)
        new: dict[str, Any] = {"days": bar.day, **prices, "adj_close": adjusted, "volume": bar.volume}
        columns: dict[str, Any] = {name: [*getattr(self, name)[:kept], value] for name, value in new.items()}
        return replace(self, **columns)

    def with_averages(self, numbers: Sequence[int]) -> "History":
        """Returns the bars with the sums of the last closes; None where there are fewer."""
        return replace(self, averages={count: sums(self.close, count) for count in numbers})

    def pooled(self, most: int) -> tuple["History", int]:
        """Returns at most `most` bars of equally many days each, the last maybe of fewer, and that number of days."""
        size = -(-len(self.days) // most) or 1
        if size == 1:
            return self, 1
        parts = [slice(start, start + size) for start in range(0, len(self.days), size)]
        last = self._each(lambda column: [column[part][-1] for part in parts])
        return replace(
            last,
            open=[self.open[part][0] for part in parts],
            high=[max(self.high[part]) for part in parts],
            low=[min(self.low[part]) for part in parts],
            volume=[_sum(self.volume[part]) for part in parts],
        ), size

    def _each(self, change: Change) -> "History":
        names = ("days", *PRICES, "volume")
        columns: dict[str, Any] = {name: change(getattr(self, name)) for name in names}
        return replace(self, **columns, averages={count: change(column) for count, column in self.averages.items()})


@dataclass(frozen=True)
class Live:
    """Holds the bar of a day that is not over, as a stream has it; prices in the stream's unit, volume in shares."""

    day: int  # from 1970-01-01
    open: float
    high: float
    low: float
    close: float
    volume: int


def number(day: date) -> int:
    """Returns a day as its number from 1970-01-01."""
    return day.toordinal() - FIRST_DAY


def to_day(found: int) -> date:
    """Returns the day of a number."""
    return date.fromordinal(found + FIRST_DAY)


def places_of(lowest: float, highest: float) -> int:
    """Returns the places to which prices are kept: 6 for those below 1, else 4, if sums of 200 stay exact in a browser.

    2^53 / 200 / 10^6 is 45 million.
    """
    return 6 if lowest < 1 and highest < 45e6 else 4


def sums(values: Sequence[int], count: int) -> list[int | None]:
    """Returns for each place the sum of the last `count` values; None where there are fewer."""
    totals = [0, *accumulate(values)]
    return [None if end < count else totals[end] - totals[end - count] for end in range(1, len(totals))]


def first_common(days: Sequence[Sequence[int]]) -> int | None:
    """Returns the first day that all lists hold; None if there is none."""
    shared = set(days[0]).intersection(*days[1:]) if days else set()
    return min(shared, default=None)


def change_of(close: float, before: float | None) -> float | None:
    """Returns the change from an earlier close in percent; None if that one is unknown."""
    return (close - before) * 100 / before if before else None


def percents(history: History, base: int | None) -> list[float | None]:
    """Returns the changes of the adjusted close since the day `base`, in percent; None before it.

    A history without that day has no base: all are None.
    """
    place = bisect_left(history.days, base) if base is not None else len(history.days)
    if place == len(history.days) or history.days[place] != base or not history.adj_close[place]:
        return [None] * len(history.days)
    start = history.adj_close[place]
    return [None if at < place else (price - start) * 100 / start for at, price in enumerate(history.adj_close)]


def _sum(volumes: Sequence[int | None]) -> int | None:
    known = [volume for volume in volumes if volume is not None]
    return sum(known) if known else None
