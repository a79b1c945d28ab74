"""Reports trades by minute, ticker and side, and makes the lines that `consume` prints when a minute closes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter

from django.db.models import Max

from applications.market.models import TRADES, TradeMinute
from streams.applications import Row
from streams.core import clock
from streams.core.clock import MINUTE
from streams.models import living_members
from streams.models.readers import progress_of, readers, streams_of


def trades(minutes: int, stream: str | None = None) -> Iterator[Row]:
    """Yields a row per minute, ticker and side, oldest first; `minutes` back from the newest, which may be open.

    Without `stream` a row has the sums over all streams of the application. The price of the first trade is then that
    of the first stream by name, the application's own before others; the last has the highest sequence number.
    """
    streams = [stream] if stream else streams_of(TRADES)
    mine = TradeMinute.objects.filter(stream__in=streams)
    newest = mine.aggregate(newest=Max("minute"))["newest"]
    if newest is None:
        return
    place = {name: number for number, name in enumerate(streams)}
    found: dict[tuple[datetime, str, str], list[TradeMinute]] = defaultdict(list)
    for row in mine.filter(minute__gt=newest - timedelta(minutes=minutes)):
        found[row.minute, row.ticker, row.side].append(row)
    is_closed = _closed_minutes(streams, found.values())
    for (minute, ticker, side), rows in sorted(found.items()):
        rows.sort(key=lambda row: place[row.stream])
        yield {
            "minute": clock.iso(minute),
            "closed": minute in is_closed,
            "ticker": ticker,
            "side": side,
            "trades": sum(row.trades for row in rows),
            "shares": sum(row.shares for row in rows),
            "value": sum(row.cents for row in rows) / 100,
            "low": min(row.low for row in rows),
            "high": max(row.high for row in rows),
            "first": rows[0].first,
            "last": max(rows, key=attrgetter("last_sequence")).last,
            "largest": max(row.largest for row in rows),
        }


def _closed_minutes(streams: Collection[str], groups: Iterable[list[TradeMinute]]) -> set[datetime]:
    """Returns the minutes that can no longer grow.

    Every stream that has trades in such a minute, or a living worker, is applied past its end. A stream without leases
    has no reader, and holds no minute open.
    """
    ends = {stream: progress_of(TRADES, stream).watermark for _, stream in readers(application=TRADES)}
    living = living_members(application=TRADES, stream__in=streams)
    reading = set(living.values_list("stream", flat=True)) & ends.keys()
    holding: dict[datetime, set[str]] = defaultdict(set)
    for row in chain.from_iterable(groups):
        holding[row.minute].add(row.stream)

    def is_past(stream: str, minute: datetime) -> bool:
        end = ends[stream]
        return end is not None and minute + timedelta(minutes=1) <= end

    return {
        minute
        for minute, names in holding.items()
        if all(is_past(stream, minute) for stream in names & ends.keys() | reading)
    }


class MinuteReports:
    """Implements Closing: the most popular stocks and the largest sell order of each closed minute of one stream."""

    def __init__(self, stream: str, since: int | None) -> None:
        """Sets up the reports. Minutes that closed before `since`, in milliseconds, are skipped; None reports all."""
        self._stream = stream
        self._next = (since or 0) // MINUTE * MINUTE

    def closed(self, watermark: int) -> list[Row]:
        """Returns the minutes that closed by then and were not yet returned, oldest first."""
        end = watermark // MINUTE * MINUTE
        if end <= self._next:
            return []
        since, until = clock.to_datetime(self._next), clock.to_datetime(end)
        mine = TradeMinute.objects.filter(stream=self._stream, minute__gte=since, minute__lt=until)
        rows = list(mine.order_by("minute"))
        self._next = end
        minutes: dict[datetime, list[TradeMinute]] = {}
        for row in rows:
            minutes.setdefault(row.minute, []).append(row)
        return [_minute(minute, rows) for minute, rows in minutes.items()]

    def in_words(self, row: Row) -> list[str]:
        return _in_words(row)


def _minute(minute: datetime, rows: list[TradeMinute]) -> Row:
    def most_popular(side: str) -> Row | None:
        """Returns the most popular stock of a side. Ties: the first to reach the count."""
        best = min(
            (row for row in rows if row.side == side), key=lambda row: (-row.trades, row.last_sequence), default=None
        )
        return {"ticker": best.ticker, "trades": best.trades} if best else None

    largest = max((row for row in rows if row.side == "SELL"), key=lambda row: row.largest, default=None)
    return {
        "minute": clock.iso(minute),
        "bought": most_popular("BUY"),
        "sold": most_popular("SELL"),
        "largest_sell": {"ticker": largest.ticker, "shares": largest.largest} if largest else None,
    }


def _in_words(row: Row) -> list[str]:
    lines = [f"****** Stats for the minute from {row['minute'][11:16]} UTC ******"]
    if bought := row["bought"]:
        lines.append(f"Most popular stock being bought: {bought['ticker']}, {bought['trades']} buys.")
    if sold := row["sold"]:
        lines.append(f"Most popular stock being sold: {sold['ticker']}, {sold['trades']} sells.")
    if largest := row["largest_sell"]:
        lines.append(f"Largest sell order: {largest['shares']} shares of {largest['ticker']}.")
    return lines
