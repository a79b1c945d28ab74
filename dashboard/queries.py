"""What views ask beyond the snapshots: which tickers and sites there are, and the rows of the downloads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from applications.market import topics as market_topics
from applications.market.models import Ticker, TradeMinute
from applications.orders import topics as orders_topics
from applications.orders.models import AlarmEpisode, Site, SiteCount
from streams.core import clock, names
from streams.models import TopicVersion

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


def has_traded(symbol: str, stream: str) -> bool:
    """Whether a stream ever had a trade of a ticker."""
    return TradeMinute.objects.filter(stream=stream, ticker=symbol).exists()


def find_ticker(query: str, stream: str) -> str | None:
    """Returns the ticker of a stream: as it is written, else in another case; None for one never traded there."""
    if has_traded(query, stream):
        return query
    if not names.is_name(query):
        return None
    alike = Ticker.objects.filter(stream=stream, folded=names.folded(query))
    return alike.order_by("name").values_list("name", flat=True).first()


def close_tickers(query: str, stream: str) -> list[str]:
    """Returns at most CLOSE tickers of a stream: those that begin with the query, hold it, or are like it; else any.

    Each question is bounded, by an index or to the newest tickers, so that it costs the same with 200,000 of them.
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


def _beginning_with(start: str, stream: str, most: int) -> list[str]:
    """Returns tickers by a prefix of their folded form, through its index."""
    tickers = Ticker.objects.filter(stream=stream).order_by("folded", "name")
    if start and connection.vendor == "postgresql":  # its order of text is a language's
        tickers = tickers.filter(folded__startswith=start)
    elif start:  # SQLite's and MariaDB's LIKE would read all
        tickers = tickers.filter(folded__gte=start, folded__lt=f"{start}{LAST_CHARACTER}")
    return list(tickers.values_list("name", flat=True)[:most])


def site_exists(name: str, stream: str) -> bool:
    """Returns whether there is a page of the site on a stream: a removed one has its alarms to show."""
    alarms_of = AlarmEpisode.objects.filter(stream=stream, site=name)
    return any(found.exists() for found in (orders_topics.sites_of(stream).filter(name=name), alarms_of))


def sites(stream: str, search: str, chosen: str | None = None) -> QuerySet[Site]:
    """Returns sites of a stream by name: all, the chosen one, or those that hold a text in any case."""
    found = orders_topics.sites_of(stream)
    if chosen:
        return found.filter(name=chosen)
    if not search:
        return found
    # MariaDB compares by bytes, whatever LIKE says; SQLite lowers only ASCII, but so does its LIKE.
    lowered = found.annotate(lowered=Lower("name"))
    return lowered.filter(Q(name__icontains=search) | Q(lowered__contains=search.lower()))


def site_names(stream: str, most: int) -> list[str]:
    """Returns the first names of a stream's sites."""
    return list(orders_topics.sites_of(stream).values_list("name", flat=True)[:most])


def counts_of(stream: str, sites: Iterable[Site]) -> dict[str, SiteCount]:
    """Returns the newest count on a stream of each site that has one."""
    counts = SiteCount.objects.filter(stream=stream, site__in=[site.name for site in sites])
    return {count.site: count for count in counts}


def alarms(
    stream: str, site: str | None, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[AlarmEpisode]:
    """Returns episodes of a stream that were open between two times, the latest first: of all sites, or of one."""
    found = AlarmEpisode.objects.filter(stream=stream).order_by("-started", "-pk")
    if site:
        found = found.filter(site=site)
    if since:
        found = found.filter(Q(ended=None) | Q(ended__gte=since))
    return found.filter(started__lte=until) if until else found


def minute_rows(now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """The closed minutes of the last hour, in MINUTE_COLUMNS."""
    for minute in market_topics.market_history(now, stream)["minutes"]:
        buy, sell = ((minute[side] or [{"ticker": None, "trades": None}])[0] for side in ("buy", "sell"))
        largest = minute["largest_sell"] or {"ticker": None, "shares": None}
        yield (
            *_stamp(minute["minute"]),
            *(minute[name] for name in MINUTE_COLUMNS[2:8]),
            *(buy["ticker"], buy["trades"], sell["ticker"], sell["trades"], largest["ticker"], largest["shares"]),
        )


def ticker_rows(symbol: str, now: datetime, stream: str) -> Iterator[Iterable[Any]]:
    """One ticker's minutes of the last hour, in TICKER_COLUMNS."""
    for minute in market_topics.ticker(symbol, now, stream)["minutes"]:
        yield *_stamp(minute["minute"]), symbol, *(minute[name] for name in TICKER_COLUMNS[3:])


def alarm_rows(site: str | None, stream: str) -> Iterator[Iterable[Any]]:
    """Yields every alarm of a stream, or of a site on it, the latest first, in ALARM_COLUMNS."""
    for alarm in alarms(stream, site).iterator():
        row = orders_topics.episode(alarm)
        row["duration_s"] = round((alarm.ended - alarm.started).total_seconds(), 3) if alarm.ended else None
        yield *_stamp(row["started"]), *(row[name] for name in ALARM_COLUMNS[2:])


Points = orders_topics.Points
Span = tuple[str, list[int | None]]


def count_spans(sites: dict[str, Points], shown: Sequence[str]) -> list[Span]:
    """Returns the counts as a table: (start, highest of each site, None if unknown) for each 15 s, the latest first."""
    spans: dict[int, list[int | None]] = {}
    for place, name in enumerate(shown):
        for second, count, _ in sites.get(name, []):
            row = spans.setdefault((second or 0) // SPAN * SPAN, [None] * len(shown))
            row[place] = max((each for each in (row[place], count) if each is not None), default=None)
    return [(clock.to_iso(start), spans[start]) for start in sorted(spans, reverse=True)]


def _stamp(time: str) -> tuple[str, int]:
    return time, clock.from_iso(time)
