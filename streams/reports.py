"""What an application has found, as rows for people and scripts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from streams import clock
from streams.clock import MINUTE
from streams.models import AlarmEpisode, TradeMinute, current_leases
from streams.models.progress import how_far

Row = dict[str, Any]


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else clock.to_iso(clock.from_datetime(moment))


def trades(minutes: int) -> Iterator[Row]:
    """One row per minute, ticker and side, oldest first; `minutes` back from the newest, which may be open."""
    newest = TradeMinute.objects.aggregate(newest=Max("minute"))["newest"]
    if newest is None:
        return
    complete = how_far(current_leases(application="trades")).complete_to
    rows = TradeMinute.objects.filter(minute__gt=newest - timedelta(minutes=minutes)).order_by(
        "minute", "ticker", "side"
    )
    for row in rows:
        yield {
            "minute": iso(row.minute),
            "closed": complete is not None and row.minute + timedelta(minutes=1) <= complete,
            "ticker": row.ticker,
            "side": row.side,
            "trades": row.trades,
            "shares": row.shares,
            "value": row.cents / 100,
            "low": row.low,
            "high": row.high,
            "first": row.first,
            "last": row.last,
            "largest": row.largest,
        }


def orders(minutes: int) -> Iterator[Row]:
    """One row per alarm episode that was open in the last minutes up to the newest, oldest first."""
    newest = AlarmEpisode.objects.aggregate(newest=Max("started"))["newest"]
    if newest is None:
        return
    since = newest - timedelta(minutes=minutes)
    for episode in AlarmEpisode.objects.filter(started__gt=since).order_by("started", "site"):
        yield {
            "site": episode.site,
            "started": iso(episode.started),
            "ended": iso(episode.ended),
            "peak": episode.peak,
            "lines": episode.lines,
            "notifications": episode.notifications,
            "suppressed": episode.suppressed,
        }


REPORTS = {"trades": trades, "orders": orders}


class MinuteReports:
    """The most popular stocks and the largest sell order of each minute, once it is closed."""

    def __init__(self, since: int | None) -> None:
        """`since`: milliseconds; minutes that closed before are not told again. None for all."""
        self._next = (since or 0) // MINUTE * MINUTE

    def closed(self, complete_to: int) -> list[Row]:
        """The minutes that closed by then and were not yet told, oldest first."""
        end = complete_to // MINUTE * MINUTE
        if end <= self._next:
            return []
        since, until = clock.to_datetime(self._next), clock.to_datetime(end)
        rows = list(TradeMinute.objects.filter(minute__gte=since, minute__lt=until).order_by("minute"))
        self._next = end
        minutes: dict[datetime, list[TradeMinute]] = {}
        for row in rows:
            minutes.setdefault(row.minute, []).append(row)
        return [_minute(minute, rows) for minute, rows in minutes.items()]


def _minute(minute: datetime, rows: list[TradeMinute]) -> Row:
    def most_popular(side: str) -> Row | None:
        """Ties: the first to reach the count."""
        best = min((row for row in rows if row.side == side), key=lambda row: (-row.trades, row.reached), default=None)
        return {"ticker": best.ticker, "trades": best.trades} if best else None

    largest = max((row for row in rows if row.side == "SELL"), key=lambda row: row.largest, default=None)
    return {
        "minute": iso(minute),
        "bought": most_popular("BUY"),
        "sold": most_popular("SELL"),
        "largest_sell": {"ticker": largest.ticker, "shares": largest.largest} if largest else None,
    }


def minute_in_words(row: Row) -> str:
    """A minute's report for people."""
    lines = [f"****** Stats for the minute from {row['minute'][11:16]} UTC ******"]
    if bought := row["bought"]:
        lines.append(f"Most popular stock being bought: {bought['ticker']}, {bought['trades']} buys.")
    if sold := row["sold"]:
        lines.append(f"Most popular stock being sold: {sold['ticker']}, {sold['trades']} sells.")
    if largest := row["largest_sell"]:
        lines.append(f"Largest sell order: {largest['shares']} shares of {largest['ticker']}.")
    return "\n".join(lines)
