"""Builds the market topics of one stream: `market`, `market-history` and `ticker:X` of docs/protocol.md."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from applications.market import links
from applications.market.models import TRADES, Ticker, TradeMinute
from dashboard.progress import own_time, reached
from streams.core.clock import iso
from streams.models import Throughput
from streams.models.kept import Kept, over_all
from streams.models.progress import Progress

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HISTORY_MINUTES = 60
KEPT_SECONDS = 300.0  # seconds for which closed minutes are kept
KEPT_STREAMS = 50  # streams with closed minutes in the cache
PLACES = 5
PART = 10**9  # cents: sums are computed in two parts, since SQLite refuses a sum of more than 64 bits
RATE_SECONDS = 10
RATE_LAG = timedelta(seconds=2)  # how long the rate waits for a worker before it counts the silence


class _Traded(NamedTuple):
    """Holds what a page of a ticker takes from a row of TradeMinute."""

    ticker: str
    minute: datetime
    side: str
    trades: int
    shares: int
    cents: int
    low: float
    high: float
    first: float
    last: float
    last_sequence: str


def market(now: datetime, stream: str = TRADES) -> dict[str, Any]:
    """Builds the open minute, the last closed one, and their freshness."""
    at = reached(TRADES, stream)
    newest = _newest_minute(stream)
    if newest is not None and not at.has_closed(newest + MINUTE):
        opened, closed = newest, _newest_minute(stream, at.watermark - MINUTE) if at.watermark else None
    else:
        opened, closed = None, newest
    minutes = _minutes(stream, [minute for minute in (opened, closed) if minute], PLACES)
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "watermark": iso(at.watermark),
        "rate": _rate(stream, own_time(TRADES, stream, now), at.watermark),
        "open": minutes[opened] if opened else None,
        "closed": minutes[closed] if closed else None,
    }


def market_history(now: datetime, stream: str = TRADES) -> dict[str, Any]:
    """Builds the closed minutes of the last hour, oldest first."""
    watermark = reached(TRADES, stream).watermark
    if watermark is None:
        return {"minutes": []}
    since, last = _floor(own_time(TRADES, stream, now)) - HOUR, _floor(watermark) - MINUTE
    minutes = [last - MINUTE * back for back in range(HISTORY_MINUTES) if last - MINUTE * back >= since]
    found = _closed_minutes.get(stream, minutes, last)
    return {"minutes": [found[minute] for minute in reversed(minutes) if minute in found]}


def ticker(symbol: str, now: datetime, stream: str = TRADES) -> dict[str, Any]:
    """Builds one ticker's minutes of the last hour, oldest first, the open one last; empty for an untraded symbol."""
    return tickers([symbol], now, stream).get(symbol) or _ticker(symbol, now, reached(TRADES, stream), [])


def tickers(symbols: Sequence[str], now: datetime, stream: str = TRADES) -> dict[str, dict[str, Any]]:
    """Builds the same for many, in two queries; without those that have never traded on the stream."""
    known = _KNOWN.column(stream, list(symbols)) if symbols else []
    if not known:
        return {}
    at, since = reached(TRADES, stream), _floor(own_time(TRADES, stream, now)) - HOUR
    rows = [_Traded(*row) for row in _TRADED.rows(stream, known, since)]
    found = {symbol: list(group) for symbol, group in groupby(rows, attrgetter("ticker"))}
    return {symbol: _ticker(symbol, now, at, found.get(symbol, [])) for symbol in known}


def _ticker(symbol: str, now: datetime, at: Progress, rows: Sequence[_Traded]) -> dict[str, Any]:
    minutes = [_ticker_minute(minute, list(group), at) for minute, group in groupby(rows, attrgetter("minute"))]
    return {
        "now": iso(now),
        "newest": iso(at.newest),
        "watermark": iso(at.watermark),
        "ticker": symbol,
        "minutes": minutes[-60:],
    }


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _newest_minute(stream: str, latest: datetime | None = None) -> datetime | None:
    found: datetime | None = _NEWEST_UNTIL.first(stream, latest) if latest else _NEWEST.first(stream)
    return found


def _rate(stream: str, now: datetime, watermark: datetime | None) -> float:
    """Returns trades per second over the last complete seconds; a worker that stays silent counts as no trades."""
    end = max(watermark or now, now - RATE_LAG).replace(microsecond=0)
    start = end - timedelta(seconds=RATE_SECONDS)
    return round((_RATE.first(stream, start, end) or 0) / RATE_SECONDS, 1)


def _minutes(stream: str, minutes: list[datetime], places: int) -> dict[datetime, dict[str, Any]]:
    """Returns MINUTE of docs/protocol.md for each of the minutes that has trades.

    The database sums and ranks, so that a minute of 20,000 tickers costs Python no more than one of 20.
    """
    if not minutes:
        return {}
    sums: dict[datetime, dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for minute, side, trades, shares, *parts in _SUMS.rows(stream, minutes):
        rest, whole = map(int, parts)  # MariaDB's sums are decimals
        sums[minute][side] = int(trades), int(shares), whole * PART + rest
    ranks: dict[tuple[datetime, str], list[dict[str, Any]]] = defaultdict(list)
    for minute, side, symbol, trades, shares in _RANKS.rows(stream, minutes, places):
        ranks[minute, side].append(_ranked(symbol, stream, trades=trades, shares=shares))
    sold = _LARGEST.rows(stream, minutes)
    largest = {minute: _ranked(symbol, stream, shares=shares) for minute, symbol, shares in sold}
    return {
        minute: _minute(minute, sides, ranks[minute, "BUY"], ranks[minute, "SELL"], largest.get(minute))
        for minute, sides in sums.items()
    }


def _first(rows: QuerySet[TradeMinute], places: int, order: str) -> QuerySet[TradeMinute]:
    """Returns the first rows of each minute and side by an order; ties: first to reach it."""
    place = Window(RowNumber(), partition_by=[F("minute"), F("side")], order_by=[order, "last_sequence"])
    return rows.annotate(place=place).filter(place__lte=places).order_by("minute", "side", "place")


def _sums(stream: str, minutes: Sequence[datetime]) -> QuerySet[Any, Any]:
    low = F("cents") % PART
    rows = TradeMinute.objects.filter(stream=stream, minute__in=minutes).order_by().values_list("minute", "side")
    return rows.annotate(Sum("trades"), Sum("shares"), low=Sum(low), high=Sum((F("cents") - low) / PART))


def _ranks(stream: str, minutes: Sequence[datetime], places: int) -> QuerySet[Any, Any]:
    rows = TradeMinute.objects.filter(stream=stream, minute__in=minutes)
    return _first(rows, places, "-trades").values_list("minute", "side", "ticker", "trades", "shares")


def _largest(stream: str, minutes: Sequence[datetime]) -> QuerySet[Any, Any]:
    rows = TradeMinute.objects.filter(stream=stream, minute__in=minutes, side="SELL")
    return _first(rows, 1, "-largest").values_list("minute", "ticker", "largest")


def _newest(stream: str) -> QuerySet[Any, Any]:
    return TradeMinute.objects.filter(stream=stream).order_by("-minute").values_list("minute")


_SUMS, _RANKS, _LARGEST = Kept(_sums), Kept(_ranks), Kept(_largest)
_KNOWN = Kept(
    lambda stream, symbols: Ticker.objects.filter(stream=stream, name__in=symbols).order_by("name").values_list("name")
)
_TRADED = Kept(
    lambda stream, symbols, since: (
        TradeMinute.objects.filter(stream=stream, ticker__in=symbols, minute__gt=since)
        .order_by("ticker", "minute")
        .values_list(*_Traded._fields)
    )
)
_NEWEST = Kept(lambda stream: _newest(stream)[:1])
_NEWEST_UNTIL = Kept(lambda stream, latest: _newest(stream).filter(minute__lte=latest)[:1])
_RATE = Kept(
    lambda stream, start, end: over_all(
        Throughput.objects.filter(application=TRADES, stream=stream, second__gte=start, second__lt=end), Sum("records")
    )
)


def _ranked(symbol: str, stream: str, **figures: int) -> dict[str, Any]:
    return {"ticker": symbol, "url": links.to_ticker(symbol, stream), **figures}


def _minute(
    minute: datetime,
    sides: dict[str, tuple[int, int, int]],
    bought: list[dict[str, Any]],
    sold: list[dict[str, Any]],
    largest: dict[str, Any] | None,
) -> dict[str, Any]:
    (buys, buy_shares, buy_cents), (sells, sell_shares, sell_cents) = (
        sides.get(side, (0, 0, 0)) for side in ("BUY", "SELL")
    )
    return {
        "minute": iso(minute),
        "trades": buys + sells,
        "bought": buys,
        "sold": sells,
        "shares": buy_shares + sell_shares,
        "value": (buy_cents + sell_cents) / 100,
        "buy": bought,
        "sell": sold,
        "largest_sell": largest,
    }


_Kept = dict[datetime, tuple[float, dict[str, Any] | None]]  # time of the next query for a minute, and its MINUTE


class _ClosedMinutes:
    """Caches the MINUTE of closed minutes, since the sums of an hour of many tickers take seconds.

    A minute is cached once a minute of grace has passed, and queried again after KEPT_SECONDS, so that a stream that is
    read anew from its beginning shows its changes.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}  # by stream, the most recently used at the end
        self._lock = Lock()

    def get(self, stream: str, minutes: list[datetime], last: datetime) -> dict[datetime, dict[str, Any]]:
        """Returns MINUTE of each minute of a stream that has trades; `last` is the newest that is closed."""
        with self._lock:
            now = self._seconds()
            older = self._kept.pop(stream, {})
            kept = {minute: older[minute] for minute in minutes if minute in older and minute < last}
            asked = [minute for minute in minutes if kept.get(minute, (0.0, None))[0] <= now]
            found = _minutes(stream, asked, 1)
            for place, minute in enumerate(asked):  # spread, so that not all are due at once
                kept[minute] = now + KEPT_SECONDS * (1 + place / HISTORY_MINUTES), found.get(minute)
            self._kept[stream] = kept
            if len(self._kept) > KEPT_STREAMS:
                del self._kept[next(iter(self._kept))]
            return {minute: data for minute, (_, data) in kept.items() if data}

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


_closed_minutes = _ClosedMinutes(monotonic)
forget = _closed_minutes.forget  # for tests, whose rows are rolled back


def _ticker_minute(minute: datetime, rows: Sequence[_Traded], at: Progress) -> dict[str, Any]:
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
        "last": max(rows, key=attrgetter("last_sequence")).last,
    }
