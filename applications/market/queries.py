"""Makes the queries of the market views beyond snapshots: tickers, and the rows of downloads."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.db import connection

from applications.market import topics
from applications.market.models import Ticker, TradeMinute
from dashboard.download import time_columns
from streams.core import names
from streams.models.kept import Kept

CLOSE = 20  # tickers offered in place of an unknown one


ALIKE = 200  # tickers searched for a similar spelling


SEARCHED = 50_000  # newest tickers that are searched for a text


LAST_CHARACTER = "\U0010ffff"


MINUTE_COLUMNS = (
    "time_utc", "epoch_ms", "minute", "trades", "bought", "sold", "shares", "value",
    "most_bought", "most_bought_trades", "most_sold", "most_sold_trades", "largest_sell", "largest_sell_shares",
)  # fmt: skip


TICKER_COLUMNS = (
    "time_utc", "epoch_ms", "ticker", "minute", "closed", "bought", "sold", "bought_shares", "sold_shares", "value",
    "low", "high", "first", "last",
)  # fmt: skip


_TRADED = Kept(
    lambda stream, symbol: TradeMinute.objects.filter(stream=stream, ticker=symbol).order_by().values_list("pk")[:1]
)


def has_traded(symbol: str, stream: str) -> bool:
    """Returns whether a stream ever had a trade of a ticker."""
    return bool(_TRADED.rows(stream, symbol))


def find_ticker(query: str, stream: str) -> str | None:
    """Returns the ticker of a stream: as it is written, else in another case; None for one never traded there."""
    if has_traded(query, stream):
        return query
    if not names.is_name(query):
        return None
    alike = Ticker.objects.filter(stream=stream, folded=names.folded(query))
    return alike.order_by("name").values_list("name", flat=True).first()


def close_tickers(query: str, stream: str) -> list[str]:
    """Returns at most CLOSE tickers of a stream: those that begin with the query, contain it, or resemble it; else any.

    Each query is bounded, by an index or to the newest tickers, so that it costs the same with 200,000 of them.
    """
    asked = names.folded(query)
    found = _beginning_with(asked, stream, CLOSE)
    if len(found) < CLOSE:
        newest = Ticker.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        held = Ticker.objects.filter(stream=stream, pk__gt=newest - SEARCHED, folded__contains=asked)
        found += [ticker.name for ticker in held.order_by("pk")[:CLOSE] if ticker.name not in found]
    if not found:
        alike = {names.folded(name): name for name in _beginning_with(asked[:1], stream, ALIKE)}
        found = [alike[name] for name in get_close_matches(asked, alike, n=8, cutoff=0.4)]
    return (found or _beginning_with("", stream, CLOSE))[:CLOSE]


def beginning_with(text: str, stream: str, most: int) -> list[str]:
    """Returns tickers of a stream that begin with the text, in any case."""
    return _beginning_with(names.folded(text), stream, most)


def _beginning_with(start: str, stream: str, most: int) -> list[str]:
    """Returns tickers by a prefix of their folded form, through its index."""
    tickers = Ticker.objects.filter(stream=stream).order_by("folded", "name")
    if start and connection.vendor == "postgresql":  # it orders text by a language's rules
        tickers = tickers.filter(folded__startswith=start)
    elif start:  # SQLite's and MariaDB's LIKE would read all
        tickers = tickers.filter(folded__gte=start, folded__lt=f"{start}{LAST_CHARACTER}")
    return list(tickers.values_list("name", flat=True)[:most])


def minute_rows(now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """Yields the closed minutes of the last hour, in MINUTE_COLUMNS."""
    for minute in topics.market_history(now, stream)["minutes"]:
        buy, sell = ((minute[side] or [{"ticker": None, "trades": None}])[0] for side in ("buy", "sell"))
        largest = minute["largest_sell"] or {"ticker": None, "shares": None}
        yield (
            *time_columns(minute["minute"]),
            *(minute[name] for name in MINUTE_COLUMNS[2:8]),
            buy["ticker"],
            buy["trades"],
            sell["ticker"],
            sell["trades"],
            largest["ticker"],
            largest["shares"],
        )


def ticker_rows(symbol: str, now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """Yields one ticker's minutes of the last hour, in TICKER_COLUMNS."""
    for minute in topics.ticker(symbol, now, stream)["minutes"]:
        yield *time_columns(minute["minute"]), symbol, *(minute[name] for name in TICKER_COLUMNS[3:])
