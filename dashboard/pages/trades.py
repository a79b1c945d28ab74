"""The market as the workers left it: the snapshots `market`, `market-history` and `ticker:X` of docs/protocol.md."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Sum

from dashboard.pages.progress import Progress, iso, own_time, progress
from streams.models import Throughput, TradeMinute

APPLICATION = "trades"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
PLACES = 5
RATE_SECONDS = 10
RATE_LAG = timedelta(seconds=2)  # how long the rate waits for a worker before it counts the silence


class _Row(NamedTuple):
    minute: datetime
    ticker: str
    side: str
    trades: int
    shares: int
    cents: int
    largest: int
    reached: str


def market(now: datetime) -> dict[str, Any]:
    """The open minute, the last closed one, and how fresh they are."""
    at = progress(APPLICATION)
    newest = _newest_minute()
    if newest is not None and not at.has_closed(newest + MINUTE):
        opened, closed = newest, _newest_minute(at.clock - MINUTE) if at.clock else None
    else:
        opened, closed = None, newest
    rows = list(_rows(minute__in=[minute for minute in (opened, closed) if minute]))
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "clock": iso(at.clock),
        "rate": _rate(own_time(APPLICATION, now), at.clock),
        "open": _minute(opened, [row for row in rows if row.minute == opened], PLACES) if opened else None,
        "closed": _minute(closed, [row for row in rows if row.minute == closed], PLACES) if closed else None,
    }


def market_history(now: datetime) -> dict[str, Any]:
    """The closed minutes of the last hour, oldest first."""
    clock = progress(APPLICATION).clock
    if clock is None:
        return {"minutes": []}
    rows = _rows(minute__gte=_floor(own_time(APPLICATION, now)) - HOUR, minute__lte=clock - MINUTE)
    return {"minutes": [_minute(minute, list(group), 1) for minute, group in groupby(rows, attrgetter("minute"))][-60:]}


def ticker(symbol: str, now: datetime) -> dict[str, Any]:
    """One ticker's minutes of the last hour, oldest first, the open one last; empty for a symbol never traded."""
    at = progress(APPLICATION)
    rows = TradeMinute.objects.filter(ticker=symbol, minute__gt=_floor(own_time(APPLICATION, now)) - HOUR).order_by(
        "minute"
    )
    minutes = [_ticker_minute(minute, list(group), at) for minute, group in groupby(rows, attrgetter("minute"))]
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "clock": iso(at.clock),
        "ticker": symbol,
        "minutes": minutes[-60:],
    }


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _newest_minute(latest: datetime | None = None) -> datetime | None:
    minutes = TradeMinute.objects.order_by("-minute").values_list("minute", flat=True)
    return (minutes.filter(minute__lte=latest) if latest else minutes).first()


def _rows(**conditions: object) -> Iterable[_Row]:
    return map(_Row._make, TradeMinute.objects.filter(**conditions).order_by("minute").values_list(*_Row._fields))


def _rate(now: datetime, clock: datetime | None) -> float:
    """Trades per second over the last complete whole seconds; a worker that stays silent counts as no trades."""
    end = max(clock or now, now - RATE_LAG).replace(microsecond=0)
    start = end - timedelta(seconds=RATE_SECONDS)
    seconds = Throughput.objects.filter(application=APPLICATION, second__gte=start, second__lt=end)
    return round((seconds.aggregate(total=Sum("records"))["total"] or 0) / RATE_SECONDS, 1)


def _minute(minute: datetime, rows: Sequence[_Row], places: int) -> dict[str, Any]:
    bought, sold = ([row for row in rows if row.side == side] for side in ("BUY", "SELL"))
    largest = min(sold, key=lambda row: (-row.largest, row.reached), default=None)
    trades_bought, trades_sold = (sum(row.trades for row in side) for side in (bought, sold))
    return {
        "minute": iso(minute),
        "trades": trades_bought + trades_sold,
        "bought": trades_bought,
        "sold": trades_sold,
        "shares": sum(row.shares for row in rows),
        "value": sum(row.cents for row in rows) / 100,
        "buy": _ranking(bought, places),
        "sell": _ranking(sold, places),
        "largest_sell": {"ticker": largest.ticker, "shares": largest.largest} if largest else None,
    }


def _ranking(rows: Iterable[_Row], places: int) -> list[dict[str, Any]]:
    ranked = sorted(rows, key=lambda row: (-row.trades, row.reached))
    return [{"ticker": row.ticker, "trades": row.trades, "shares": row.shares} for row in ranked[:places]]


def _ticker_minute(minute: datetime, rows: Sequence[TradeMinute], at: Progress) -> dict[str, Any]:
    sides = {row.side: row for row in rows}
    bought, sold = sides.get("BUY"), sides.get("SELL")
    return {
        "minute": iso(minute),
        "closed": at.has_closed(minute + MINUTE),
        "bought": bought.trades if bought else 0,
        "sold": sold.trades if sold else 0,
        "bought_shares": bought.shares if bought else 0,
        "sold_shares": sold.shares if sold else 0,
        "value": sum(row.cents for row in rows) / 100,
        "low": min(row.low for row in rows),
        "high": max(row.high for row in rows),
        # The rows do not say which side traded first; the busier one is the likelier.
        "first": max(rows, key=attrgetter("trades")).first,
        "last": max(rows, key=attrgetter("reached")).last,
    }
