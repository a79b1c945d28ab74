"""Reports the tickers: the days of which there are bars, and the last close."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from applications.quotes.models import QUOTES, Bar, StreamedBar
from streams.applications import Asked, Row
from streams.core.records import StreamError
from streams.models.readers import streams_of

AT_ONCE = 500  # tickers that are read together
MOST = 10_000  # tickers of a report for people, of which all rows are in memory


def rows(asked: Asked) -> Iterator[Row]:
    """Yields a row for each ticker of the kept bars, with None for the stream, then of each stream.

    A row is {"ticker", "stream", "first", "last", "days", "close"}: the first and last day as ISO dates, the number of
    days with a bar, and the close of the last day. With a stream only its bars count. `since` and `until` bound the
    days, and `minutes` go back from the newest day. Raises StreamError for an output, and for too many tickers.
    """
    if asked.output:
        raise StreamError("The report of 'quotes' takes no --output.")
    places: list[tuple[str | None, QuerySet[Any]]] = [] if asked.stream else [(None, _kept(asked))]
    streams = [asked.stream] if asked.stream else streams_of(QUOTES)
    places += [(stream, _within(StreamedBar.objects.filter(stream=stream), asked)) for stream in streams]
    if asked.flat and sum(bars.values("ticker").distinct().count() for _, bars in places) > MOST:
        raise StreamError(f"There are more than {MOST:,} tickers: choose a --stream, or take --json.")
    for place, bars in places:
        yield from _tickers(place, bars)


def _within(bars: QuerySet[StreamedBar], asked: Asked) -> QuerySet[StreamedBar]:
    """Returns the bars of a stream on the days of the report."""
    since, until = _bounds(bars.aggregate(newest=Max("day"))["newest"], asked)
    bars = bars.filter(day__gte=since) if since else bars
    return bars.filter(day__lt=until) if until else bars


def _kept(asked: Asked) -> QuerySet[Bar]:
    """Returns the kept bars of those days. A day begins at midnight in UTC, as those of streams do."""
    bars = Bar.objects.all()
    newest = bars.aggregate(newest=Max("day"))["newest"]
    since, until = _bounds(datetime.combine(newest, time(), UTC) if newest else None, asked)
    bars = bars.filter(day__gte=_next_day(since)) if since else bars
    return bars.filter(day__lt=_next_day(until)) if until else bars


def _bounds(newest: datetime | None, asked: Asked) -> tuple[datetime | None, datetime | None]:
    since = asked.since
    if asked.minutes and newest:
        back = newest - timedelta(minutes=asked.minutes) + datetime.resolution
        since = max(since, back) if since else back
    return since, asked.until


def _next_day(moment: datetime) -> date:
    """Returns the first day that begins at that time or later."""
    utc = moment.astimezone(UTC)
    return utc.date() if utc.time() == time() else utc.date() + timedelta(days=1)


def _tickers(stream: str | None, bars: QuerySet[Any]) -> Iterator[Row]:
    last = ""
    edges = bars.values("ticker").order_by("ticker").annotate(first=Min("day"), last=Max("day"), days=Count("pk"))
    while found := list(edges.filter(ticker__gt=last)[:AT_ONCE]):
        last = found[-1]["ticker"]
        closes = _closes(bars, found)
        for row in found:
            first, newest = (row[name].isoformat()[:10] for name in ("first", "last"))
            yield {"ticker": row["ticker"], "stream": stream, "first": first, "last": newest, "days": row["days"],
                   "close": closes[row["ticker"]]}  # fmt: skip


def _closes(bars: QuerySet[Any], found: list[dict[str, Any]]) -> dict[str, float]:
    """Returns the last close of each ticker; most tickers share their last day, so there are few queries."""
    alike: dict[Any, list[str]] = {}
    for row in found:
        alike.setdefault(row["last"], []).append(row["ticker"])
    closes: dict[str, float] = {}
    for day, tickers in alike.items():
        closes.update(bars.filter(day=day, ticker__in=tickers).values_list("ticker", "close"))
    return closes
