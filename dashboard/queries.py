"""What views ask beyond the snapshots: which tickers and sites there are, and the rows of the downloads."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from dashboard.pages import orders, trades
from streams import clock, names
from streams.models import AlarmEpisode, Site, SiteCount, Ticker, TopicVersion, TradeMinute

CLOSE = 20  # tickers that are offered in place of one that is not there
ALIKE = 200  # tickers among which one that is spelt alike is looked for
SEARCHED = 50_000  # tickers, the newest, that are read for one that holds a text
LAST_CHARACTER = "\U0010ffff"
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


def has_traded(symbol: str) -> bool:
    return TradeMinute.objects.filter(ticker=symbol).exists()


def find_ticker(query: str) -> str | None:
    """Returns the ticker that was asked for: as it is written, else in another case; None for one never traded."""
    if has_traded(query):
        return query
    if not names.is_name(query):
        return None
    return Ticker.objects.filter(folded=names.folded(query)).order_by("name").values_list("name", flat=True).first()


def close_tickers(query: str) -> list[str]:
    """Returns at most CLOSE tickers: those that begin with the query, hold it, or are spelt like it; else the first.

    Each question is bounded, by an index or to the newest tickers, so that it costs the same with 200,000 of them.
    """
    asked = names.folded(query)
    found = _beginning_with(asked, CLOSE)
    if len(found) < CLOSE:
        newest = Ticker.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        held = Ticker.objects.filter(pk__gt=newest - SEARCHED, folded__contains=asked)
        found += [ticker.name for ticker in held.order_by("pk")[:CLOSE] if ticker.name not in found]
    if not found:
        alike = {names.folded(name): name for name in _beginning_with(asked[:1], ALIKE)}
        found = [alike[name] for name in get_close_matches(asked, alike, n=8, cutoff=0.4)]
    return (found or _beginning_with("", CLOSE))[:CLOSE]


def _beginning_with(start: str, most: int) -> list[str]:
    """Returns tickers by a prefix of their folded form, through its index."""
    tickers = Ticker.objects.order_by("folded", "name")
    if start and connection.vendor == "postgresql":  # its order of text is a language's
        tickers = tickers.filter(folded__startswith=start)
    elif start:  # SQLite's and MariaDB's LIKE would read all
        tickers = tickers.filter(folded__gte=start, folded__lt=f"{start}{LAST_CHARACTER}")
    return list(tickers.values_list("name", flat=True)[:most])


def site_exists(name: str) -> bool:
    """Returns whether there is a page of the site: a removed one has its alarms to show."""
    return any(found.exists() for found in (Site.objects.filter(name=name), AlarmEpisode.objects.filter(site=name)))


def sites(search: str, chosen: str | None = None) -> QuerySet[Site]:
    """Returns sites by name: all, the chosen one, or those that hold a text in any case."""
    found = Site.objects.order_by("name")
    if chosen:
        return found.filter(name=chosen)
    if not search:
        return found
    # MariaDB compares by bytes, whatever LIKE says; SQLite lowers only ASCII, but so does its LIKE.
    lowered = found.annotate(lowered=Lower("name"))
    return lowered.filter(Q(name__icontains=search) | Q(lowered__contains=search.lower()))


def site_names(most: int) -> list[str]:
    """Returns the first names of sites."""
    return list(Site.objects.order_by("name").values_list("name", flat=True)[:most])


def counts_of(sites: Iterable[Site]) -> dict[str, SiteCount]:
    """Returns the newest count of each site that has one."""
    return {count.site: count for count in SiteCount.objects.filter(site__in=[site.name for site in sites])}


def alarms(site: str | None, since: datetime | None = None, until: datetime | None = None) -> QuerySet[AlarmEpisode]:
    """Returns episodes that were open between two times, the latest first: of all sites, or of one."""
    found = AlarmEpisode.objects.order_by("-started", "-pk")
    if site:
        found = found.filter(site=site)
    if since:
        found = found.filter(Q(ended=None) | Q(ended__gte=since))
    return found.filter(started__lte=until) if until else found


def minute_rows(now: datetime) -> Iterator[Iterable[Any]]:
    """The closed minutes of the last hour, in MINUTE_COLUMNS."""
    for minute in trades.market_history(now)["minutes"]:
        buy, sell = ((minute[side] or [{"ticker": None, "trades": None}])[0] for side in ("buy", "sell"))
        largest = minute["largest_sell"] or {"ticker": None, "shares": None}
        yield (
            *_stamp(minute["minute"]),
            *(minute[name] for name in MINUTE_COLUMNS[2:8]),
            *(buy["ticker"], buy["trades"], sell["ticker"], sell["trades"], largest["ticker"], largest["shares"]),
        )


def ticker_rows(symbol: str, now: datetime) -> Iterator[Iterable[Any]]:
    """One ticker's minutes of the last hour, in TICKER_COLUMNS."""
    for minute in trades.ticker(symbol, now)["minutes"]:
        yield *_stamp(minute["minute"]), symbol, *(minute[name] for name in TICKER_COLUMNS[3:])


def alarm_rows(site: str | None) -> Iterator[Iterable[Any]]:
    """Every alarm ever, or every one of a site, the latest first, in ALARM_COLUMNS."""
    for alarm in alarms(site).iterator():
        row = orders.episode(alarm)
        row["duration_s"] = round((alarm.ended - alarm.started).total_seconds(), 3) if alarm.ended else None
        yield *_stamp(row["started"]), *(row[name] for name in ALARM_COLUMNS[2:])


def count_spans(sites: dict[str, list[list[int]]], shown: list[str]) -> list[tuple[str, list[int]]]:
    """The counts of `orders-history` as a table: (start, highest of each site) for each 15 s, the latest first."""
    spans: dict[int, list[int]] = {}
    for place, name in enumerate(shown):
        for second, count in sites.get(name, []):
            row = spans.setdefault(second // SPAN * SPAN, [0] * len(shown))
            row[place] = max(row[place], count)
    return [(clock.to_iso(start), spans[start]) for start in sorted(spans, reverse=True)]


def _stamp(time: str) -> tuple[str, int]:
    return time, clock.from_iso(time)
