"""Makes the rows, columns and curves of the part of a ticker's history that is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from applications.quotes import figures, reading
from applications.quotes.asking import Asked
from applications.quotes.figures import PRICES, History, change_of, to_day
from applications.quotes.live import Today
from dashboard.templatetags.figures import grouped, signed

BEFORE = max(figures.AVERAGES)  # bars in front of those shown: for averages, and for the change of the first day
POINTS = 400  # in the curve that a page brings along
ROWS = 120  # in the table of a page


@dataclass(frozen=True)
class Shown:
    """Holds the bars that a page or a file shows, with those of compared tickers."""

    asked: Asked
    whole: History  # with bars in front of those shown
    others: list[History]
    today: Today | None  # None where no stream trades the ticker
    live_day: int | None  # the day that is not over, if it is shown

    @cached_property
    def history(self) -> History:
        """Returns the bars shown, with the sums for their averages."""
        return self.whole.between(self.asked.days.first, self.asked.days.last)

    @cached_property
    def base(self) -> int | None:
        """Returns the first day that all tickers have; None without compared ones, or if there is none."""
        return figures.first_common([each.days for each in self.compared]) if self.others else None

    @cached_property
    def compared(self) -> list[History]:
        """Returns the bars shown of all tickers, of this one first."""
        return [self.history, *self.others]

    @cached_property
    def changes(self) -> tuple[list[int], dict[str, list[float | None]]]:
        """Returns all days shown of all tickers, and the changes of each in percent, None on days without its bar."""
        days = sorted(set[int]().union(*(each.days for each in self.compared)))
        found = {}
        for each in self.compared:
            by_day = dict(zip(each.days, figures.percents(each, self.base), strict=True))
            found[each.ticker] = [by_day.get(day) for day in days]
        return days, found

    @cached_property
    def closes_before(self) -> dict[int, int]:
        """Returns the close of the bar before, by the day of each bar that has one."""
        return dict(zip(self.whole.days[1:], self.whole.close, strict=False))

    @property
    def decimals(self) -> int:
        """Returns the places of prices for people."""
        return 2 if self.whole.places == 4 else 4

    def price(self, scaled: int | None, count: int = 1) -> float | None:
        """Returns a price to the places that are kept; of a sum of `count` prices, their mean."""
        return None if scaled is None else round(scaled / (10**self.whole.places * count), self.whole.places)


def show(asked: Asked, today: Today | None) -> Shown:
    """Reads the bars that are asked for."""
    first, last = asked.days.first, asked.days.last
    bar = today.bar if today and asked.is_live else None
    whole = reading.history(asked.ticker, first, last, BEFORE).with_bar(bar).with_averages(asked.averages)
    others = [reading.history(other, first, last) for other in asked.compared]
    return Shown(asked, whole, others, today, bar.day if bar and whole.days[-1:] == [bar.day] else None)


def columns(shown: Shown) -> dict[str, list[Any]]:
    """Returns the bars shown as columns of equal length by name, oldest first; CSV and JSON answer these columns."""
    if shown.others:
        days, changes = shown.changes
        closes = [dict(zip(each.days, each.adj_close, strict=True)) for each in shown.compared]
        found: dict[str, list[Any]] = {"day": [str(to_day(day)) for day in days]}
        for each, of in zip(shown.compared, closes, strict=True):
            scale = 10**each.places
            found[f"{each.ticker}_adj_close"] = [of[day] / scale if day in of else None for day in days]
            found[f"{each.ticker}_percent"] = [_rounded(value) for value in changes[each.ticker]]
        return found
    history = shown.history
    prices = {name: [shown.price(value) for value in getattr(history, name)] for name in PRICES}
    averages = {
        f"sma_{count}": [shown.price(value, count) for value in sums] for count, sums in history.averages.items()
    }
    live = ["live" if day == shown.live_day else "" for day in history.days]
    named = {"day": [str(to_day(day)) for day in history.days], "ticker": [history.ticker] * len(history.days)}
    return {**named, **prices, "volume": history.volume, **averages, "state": live}


def rows(found: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yields columns as rows."""
    return zip(*found.values(), strict=True)


class Line(NamedTuple):
    """Holds a row of the page's table: its texts are written here, since a template takes ten times as long."""

    day: str
    texts: list[str]
    live: bool = False


def table(shown: Shown) -> list[Line]:
    """Returns the newest ROWS days shown as rows of the page, the newest first."""
    days, changes = shown.changes if shown.others else (shown.history.days, {})
    newest = reversed(range(len(days))[-ROWS:])
    if shown.others:
        return [Line(str(to_day(days[at])), [_signed(column[at]) for column in changes.values()]) for at in newest]
    return [_line(shown, at) for at in newest]


def _line(shown: Shown, at: int) -> Line:
    history, places = shown.history, shown.decimals
    opened, high, low, close, adjusted = (grouped(shown.price(getattr(history, name)[at]), places) for name in PRICES)
    change = _signed(change_of(history.close[at], shown.closes_before.get(history.days[at])))
    means = [grouped(shown.price(sums[at], count), places) for count, sums in history.averages.items()]
    texts = [opened, high, low, close, change, adjusted, grouped(history.volume[at]), *means]
    return Line(str(to_day(history.days[at])), texts, history.days[at] == shown.live_day)


def _signed(percent: float | None) -> str:
    return "–" if percent is None else signed(percent, 2)


def summary(shown: Shown) -> dict[str, Any]:
    """Returns the figures above the chart: of the newest day shown, and of the whole range."""
    history = shown.history
    if not history.days:
        return {}
    before = shown.closes_before.get(history.days[-1])
    close = history.close[-1]
    over = change_of(close, history.close[0])
    return {
        "close": shown.price(close),
        "day": to_day(history.days[-1]),
        "live": history.days[-1] == shown.live_day,
        "change": None if before is None else shown.price(close - before),
        "percent": change_of(close, before),
        "over": over,
        "over_places": 1 if over is None or abs(over) < 1000 else 0,
        "first": to_day(history.days[0]),
        "low": shown.price(min(history.low)),
        "high": shown.price(max(history.high)),
    }


def curve(shown: Shown) -> dict[str, Any]:
    """Returns at most POINTS points for the chart that a page draws before it has the whole history.

    `size` is the number of bars in each; prices are whole numbers, as in the whole history.
    """
    if shown.others:
        days, changes = shown.changes
        every = -(-len(days) // POINTS) or 1
        places = sorted({*range(0, len(days), every), *([len(days) - 1] if days else [])})
        lines = {name: [_rounded(column[at]) for at in places] for name, column in changes.items()}
        return {"size": every, "days": [days[at] for at in places], "percents": lines}
    pooled, size = shown.history.pooled(POINTS)
    return {"size": size, **packed(pooled, names=("open", "high", "low", "close")), "averages": pooled.averages}


def packed(history: History, names: tuple[str, ...] = PRICES) -> dict[str, Any]:
    """Returns columns for a script: days from 1970-01-01, the first whole and then differences; prices as they are."""
    steps = [day - before for before, day in zip([0, *history.days], history.days, strict=False)]
    prices = {name: getattr(history, name) for name in names}
    return {"ticker": history.ticker, "places": history.places, "days": steps, **prices, "volume": history.volume}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
