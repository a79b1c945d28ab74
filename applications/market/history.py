"""Builds the trades of any time for charts, tables and downloads: of one ticker, or of all together."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import attrgetter
from typing import Any

from applications.market import rollups
from applications.market.bars import Bar
from applications.market.models import TRADES
from applications.market.rollups import ALL
from dashboard.download import time_columns
from dashboard.periods import Period, columns, times
from streams.core import clock
from streams.models.rollups import waits

COUNTS = ("bought", "sold", "bought_shares", "sold_shares", "value")
PRICES = ("first", "high", "low", "last")
CSV_COLUMNS = ("time_utc", "epoch_ms", "step_s", "ticker", "trades", *COUNTS, *PRICES)


def history(stream: str, ticker: str, period: Period) -> dict[str, Any]:
    """Returns columns of equal length, a value for each step of the time; None for a step without a trade.

    `ticker` is ALL for the sums of all tickers, which have no prices. `sums` are those of the whole time.
    """
    step, bars, edges = _bars(stream, ticker, period)
    names = COUNTS if ticker == ALL else (*COUNTS, *PRICES)
    start, end = period.bounds(rollups.level_of(step))
    starts = [int(bar.start.timestamp()) for bar in bars]
    rows = dict(zip(starts, zip(*(_values(bars, name) for name in names), strict=True), strict=True))
    if edges:
        start = clock.to_datetime(edges[0] * clock.SECOND)
    at, *values = columns(edges[:-1] if edges else times(start, end, step), rows, len(names))
    return {
        "now": clock.to_iso(period.now),
        "range": period.about(start, step),
        "at": at,
        **dict(zip(names, values, strict=True)),
        "sums": _sums(bars),
        "waits": step > rollups.MINUTE and waits(TRADES, stream, start, end, clock.to_datetime(period.now)),
    }


def table(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the steps with trades of a history as rows, the latest first."""
    names = [name for name in (*COUNTS, *PRICES) if name in found]
    rows = []
    for place, second in enumerate(found["at"]):
        if found["bought"][place] is not None:
            row = {name: found[name][place] for name in names}
            rows.append({"at": clock.to_iso(second * clock.SECOND), **row, "trades": row["bought"] + row["sold"]})
    return rows[::-1]


def csv_rows(stream: str, ticker: str, period: Period) -> Iterator[Iterable[Any]]:
    """Yields the steps of the time with trades, oldest first, in CSV_COLUMNS."""
    step, bars, edges = _bars(stream, ticker, period)
    lengths = {start: end - start for start, end in pairwise(edges or [])}
    rows = zip(*(_values(bars, name) for name in (*COUNTS, *PRICES)), strict=True)
    for bar, values in zip(bars, rows, strict=True):
        length = lengths.get(int(bar.start.timestamp()), step)
        yield (
            *time_columns(clock.to_iso(clock.from_datetime(bar.start))),
            length,
            ticker,
            bar.bought + bar.sold,
            *values,
        )


def _bars(stream: str, ticker: str, period: Period) -> tuple[int, list[Bar], list[int] | None]:
    """Returns the length of the steps, the bars, and the edges of steps that follow the days of a zone."""
    step = period.step(rollups.MINUTE)
    if edges := period.edges(step):
        return step, rollups.bars_between(stream, ticker, edges), edges
    return step, rollups.bars(stream, ticker, *period.bounds(rollups.level_of(step)), step), None


def _values(bars: list[Bar], name: str) -> list[Any]:
    return [bar.cents / 100 for bar in bars] if name == "value" else list(map(attrgetter(name), bars))


def _sums(bars: list[Bar]) -> dict[str, Any]:
    found = {name: sum(_values(bars, name)) for name in COUNTS}
    lows = [bar.low for bar in bars if bar.low is not None]
    highs = [bar.high for bar in bars if bar.high is not None]
    prices = {"low": min(lows, default=None), "high": max(highs, default=None)}
    first, last = (bars[0].first, bars[-1].last) if bars else (None, None)
    change = (last - first) / first * 100 if first and last is not None else None
    trades, shares = found["bought"] + found["sold"], found["bought_shares"] + found["sold_shares"]
    return {**found, **prices, "first": first, "last": last, "change": change, "trades": trades, "shares": shares}
