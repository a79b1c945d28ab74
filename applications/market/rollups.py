"""Builds the trades of longer steps from those of minutes, and reads the coarsest that a chart can use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from applications.market.bars import Bar, merged, of_minute
from applications.market.models import TRADES, TradeMinute, TradeStep
from common.retention import kept_since
from dashboard.steps.between import Between
from dashboard.steps.pieces import edge_of, moments
from streams.core.clock import SECOND, to_datetime
from streams.models.kept import Kept
from streams.models.rollups import Ladder
from streams.models.upsert import upsert
from streams.models.zoned_days import DAY, kept, phase_of
from streams.operations.retention import not_ahead

# Seconds. Each divides the next, and a chart's step is at most six times the longest of them that divides it.
MINUTE, STEPS = 60, (60, 300, 1800, 10_800, 86_400)
ALL = ""  # the ticker of the rows with the sums of all tickers
PART = 10**9  # cents
KEY = ["stream", "step", "ticker", "start"]


def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
    """Stores the bars of these steps: of each ticker, and of all; of a minute only those of all."""
    if step == MINUTE:
        return _store(stream, step, ((ALL, _minute(stream, start)) for start in starts))
    if phase_of(step):
        TradeStep.objects.filter(stream=stream, step=step, start__in=starts).delete()
    for start in starts:
        found: dict[str, list[Bar]] = defaultdict(list)
        for ticker, bar in _of_day(stream, start) if phase_of(step) else _within(stream, step, start):
            found[ticker].append(bar)
        _store(stream, step, ((ticker, merged(start, bars)) for ticker, bars in found.items()))
    return None


def _kept_since() -> datetime:
    return kept_since(not_ahead(timezone.now()), settings.RETENTION_RESULTS)


LADDER = Ladder(TRADES, STEPS, build, kept_since=_kept_since, zoned=True)


def bars(stream: str, ticker: str, start: datetime, end: datetime, step: int) -> list[Bar]:
    """Returns the bars of a ticker, or of ALL, by steps of `step` seconds from `start` on: those with trades.

    They are read from the longest stored steps that divide `step`; `start` must be the beginning of one.
    """
    level = level_of(step)
    if level == MINUTE and ticker != ALL:
        rows = TradeMinute.objects.filter(stream=stream, ticker=ticker, minute__gte=start, minute__lt=end)
        found = [
            of_minute(minute, group) for minute, group in groupby(rows.order_by("minute", "side"), attrgetter("minute"))
        ]
    else:
        found = [bar for _, bar in _read(_of_time.rows(stream, ticker, level, start, end))]
    if step == level:
        return found
    length = timedelta(seconds=step)
    places = groupby(found, lambda bar: (bar.start - start) // length)
    return [merged(start + length * place, list(group)) for place, group in places]


def bars_between(stream: str, ticker: str, edges: Sequence[int]) -> list[Bar]:
    """Returns the bars of a ticker, or of ALL, between each two edges, in seconds: those with trades."""
    stored = kept(TRADES, stream, edges)
    rows = _between.rows(stream, ticker, edges, STEPS[:0:-1], stored)
    days: list[Bar] = []
    parts: list[Bar] = []
    for _, bar in _read(rows):
        (days if int(bar.start.timestamp()) in stored else parts).append(bar)
    groups = groupby(sorted(parts, key=attrgetter("start")), lambda bar: edge_of(edges, bar.start))
    days += [merged(to_datetime(edge * SECOND), list(within)) for edge, within in groups]
    return sorted(days, key=attrgetter("start"))


def level_of(step: int) -> int:
    """Returns the longest stored step that divides a step, both in seconds."""
    return max(size for size in STEPS if step % size == 0)


def _within(stream: str, step: int, start: datetime) -> Iterator[tuple[str, Bar]]:
    """Yields each ticker's bars of the step below, and those of all, in the order of time."""
    below, end = STEPS[STEPS.index(step) - 1], start + timedelta(seconds=step)
    if below == MINUTE:
        rows = TradeMinute.objects.filter(stream=stream, minute__gte=start, minute__lt=end)
        by = attrgetter("minute", "ticker")
        for (minute, ticker), group in groupby(rows.order_by("minute", "ticker", "side").iterator(), by):
            yield ticker, of_minute(minute, group)
    steps = TradeStep.objects.filter(stream=stream, step=below, start__gte=start, start__lt=end)
    yield from _bars(steps.order_by("start"))


def _of_day(stream: str, start: datetime) -> list[tuple[str, Bar]]:
    """Returns the same of the longest steps that together are a day from a time on."""
    since = int(start.timestamp())
    found: list[tuple[str, Bar]] = []
    for level, starts in moments((since, since + DAY), STEPS[:0:-1]):
        found += _bars(TradeStep.objects.filter(stream=stream, step=level, start__in=starts))
    return sorted(found, key=lambda each: each[1].start)


FIELDS = ("bought", "sold", "bought_shares", "sold_shares", "billions", "cents", "low", "high", "first", "last")
COLUMNS = ("ticker", "start", *FIELDS)
_between = Between(TradeStep, "ticker", COLUMNS)
_of_time = Kept(
    lambda stream, ticker, step, start, end: (
        TradeStep.objects.filter(stream=stream, ticker=ticker, step=step, start__gte=start, start__lt=end)
        .order_by("start")
        .values_list(*COLUMNS)
    )
)


def _bars(rows: "QuerySet[TradeStep]") -> Iterator[tuple[str, Bar]]:
    return _read(rows.values_list(*COLUMNS))


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, Bar]]:
    for ticker, start, *counts, billions, cents, low, high, first, last in rows:
        yield ticker, Bar._make((start, *counts, billions * PART + cents, low, high, first, last))


def _minute(stream: str, start: datetime) -> Bar | None:
    """Returns the sums of all tickers in a minute; the database adds, in parts that stay below 64 bits."""
    rows = TradeMinute.objects.filter(stream=stream, minute=start)
    low = F("cents") % PART
    sums = rows.values("side").annotate(Sum("trades"), Sum("shares"), low=Sum(low), high=Sum((F("cents") - low) / PART))
    sides = {
        side: (int(trades), int(shares), int(high) * PART + int(low))  # MariaDB's sums are decimals
        for side, trades, shares, low, high in sums.order_by().values_list(
            "side", "trades__sum", "shares__sum", "low", "high"
        )
    }
    if not sides:
        return None
    buy, sell = (sides.get(side, (0, 0, 0)) for side in ("BUY", "SELL"))
    return Bar(start, buy[0], sell[0], buy[1], sell[1], buy[2] + sell[2])


def _store(stream: str, step: int, found: "Iterator[tuple[str, Bar | None]]") -> None:
    rows = []
    for ticker, bar in found:
        if bar is not None:
            values = bar._asdict() | dict(zip(("billions", "cents"), divmod(bar.cents, PART), strict=True))
            rows.append(TradeStep(stream=stream, step=step, ticker=ticker, **values))
    upsert(rows, key=KEY)
