"""What views ask beyond the snapshots: which tickers and sites there are, and the rows of the downloads."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from dashboard.pages import orders, trades
from streams import clock
from streams.models import AlarmEpisode, TopicVersion, TradeMinute

RECENT = timedelta(days=1)
SPAN = 15 * clock.SECOND

MINUTE_COLUMNS = (
    "time_utc", "epoch_ms", "minute", "trades", "bought", "sold", "shares", "value",
    "most_bought", "most_bought_trades", "most_sold", "most_sold_trades", "largest_sell", "largest_sell_shares",
)  # fmt: skip
TICKER_COLUMNS = (
    "time_utc", "epoch_ms", "ticker", "minute", "closed", "bought", "sold", "bought_shares", "sold_shares", "value",
    "low", "high", "first", "last",
)  # fmt: skip
ALARM_COLUMNS = (
    "time_utc", "epoch_ms", "site", "started", "ended", "duration_s", "threshold", "peak", "lines", "notifications",
    "suppressed",
)  # fmt: skip


def version(topic: str) -> int:
    """The announced version of a topic; 0 before the first change."""
    return TopicVersion.objects.filter(topic=topic).values_list("version", flat=True).first() or 0


def has_traded(symbol: str, stream: str) -> bool:
    """Whether a stream ever had a trade of a ticker."""
    return TradeMinute.objects.filter(stream=stream, ticker=symbol).exists()


def close_tickers(query: str, now: datetime, stream: str) -> list[str]:
    """Returns tickers of a stream's last day: those that contain the query or are spelt like it; all when none is."""
    recent = TradeMinute.objects.filter(stream=stream, minute__gte=now - RECENT)
    known = list(recent.order_by("ticker").values_list("ticker", flat=True).distinct())
    holding = [ticker for ticker in known if query in ticker]
    return holding + [near for near in get_close_matches(query, known, n=8, cutoff=0.4) if near not in holding] or known


def minute_rows(now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """The closed minutes of the last hour, in MINUTE_COLUMNS."""
    for minute in trades.market_history(now, stream)["minutes"]:
        buy, sell = ((minute[side] or [{"ticker": None, "trades": None}])[0] for side in ("buy", "sell"))
        largest = minute["largest_sell"] or {"ticker": None, "shares": None}
        yield (
            *_stamp(minute["minute"]),
            *(minute[name] for name in MINUTE_COLUMNS[2:8]),
            *(buy["ticker"], buy["trades"], sell["ticker"], sell["trades"], largest["ticker"], largest["shares"]),
        )


def ticker_rows(symbol: str, now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """One ticker's minutes of the last hour, in TICKER_COLUMNS."""
    for minute in trades.ticker(symbol, now, stream)["minutes"]:
        yield *_stamp(minute["minute"]), symbol, *(minute[name] for name in TICKER_COLUMNS[3:])


def alarm_rows(site: str | None, stream: str) -> Iterator[Iterable[Any]]:
    """Yields every alarm of a stream, or of a site on it, the latest first, in ALARM_COLUMNS."""
    alarms = AlarmEpisode.objects.filter(stream=stream).order_by("-started")
    for alarm in (alarms.filter(site=site) if site else alarms).iterator():
        row = orders.episode(alarm)
        row["duration_s"] = round((alarm.ended - alarm.started).total_seconds(), 3) if alarm.ended else None
        yield *_stamp(row["started"]), *(row[name] for name in ALARM_COLUMNS[2:])


Points = list[list[int | None]]  # [second, count, threshold], as in `orders-history`
Span = tuple[str, list[int | None]]


def count_spans(sites: dict[str, Points], chosen: str | None) -> list[Span]:
    """Returns the counts as a table: (start, highest of each site, None if unknown) for each 15 s, the latest first."""
    spans: dict[int, list[int | None]] = {}
    names = [name for name in sites if chosen in (None, name)]
    for place, name in enumerate(names):
        for second, count, _ in sites[name]:
            row = spans.setdefault((second or 0) // SPAN * SPAN, [None] * len(names))
            row[place] = max((each for each in (row[place], count) if each is not None), default=None)
    return [(clock.to_iso(start), spans[start]) for start in sorted(spans, reverse=True)]


def _stamp(time: str) -> tuple[str, int]:
    return time, clock.from_iso(time)
