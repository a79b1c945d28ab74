"""Speaks the JSON of Yahoo's charts: /v8/finance/chart/AAPL?period1=1577836800&period2=1609459200&interval=1d. Pure.

Yahoo's prices are corrected for splits, and `adjclose` for dividends, too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from math import nan
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from applications.quotes.bars import DayBar
from applications.quotes.providers.base import Found, Provider, ProviderError, UnknownTickerError, checked
from applications.quotes.ranges import DAY, Days
from common.guarded_http import Answer
from common.text import clause, cut

TITLE = "Yahoo"
MARGIN = 2  # days: an exchange's day begins up to 14 hours before and ends up to 12 hours after that of UTC
Numbers = list[float | None]


class Meta(msgspec.Struct):
    """Holds the part of an answer about the ticker itself."""

    zone: str = msgspec.field(name="exchangeTimezoneName", default="")
    offset: float = msgspec.field(name="gmtoffset", default=0)  # seconds, of today
    long_name: str | None = msgspec.field(name="longName", default=None)
    short_name: str | None = msgspec.field(name="shortName", default=None)
    full_exchange: str | None = msgspec.field(name="fullExchangeName", default=None)
    exchange: str | None = msgspec.field(name="exchangeName", default=None)


class Prices(msgspec.Struct):
    open: Numbers = []
    high: Numbers = []
    low: Numbers = []
    close: Numbers = []
    volume: Numbers = []


class Adjusted(msgspec.Struct):
    adjclose: Numbers = []


class Indicators(msgspec.Struct):
    quote: list[Prices] = []
    adjclose: list[Adjusted] = []


class Split(msgspec.Struct):
    date: float
    ratio: str = msgspec.field(name="splitRatio", default="")


class Events(msgspec.Struct):
    splits: dict[str, Split] = {}


class Result(msgspec.Struct):
    meta: Meta
    indicators: Indicators
    timestamp: list[int] = []
    events: Events | None = None


class Failure(msgspec.Struct):
    code: str = ""
    description: str = ""


class Chart(msgspec.Struct):
    result: list[Result] | None = None
    error: Failure | None = None


class Document(msgspec.Struct):
    """Holds the whole answer."""

    chart: Chart


_decode = msgspec.json.Decoder(Document).decode


def target(ticker: str, asked: Days) -> str:
    """Returns path and query, for days in UTC and one more on either side."""
    start, end = _midnight(asked.first - DAY), _midnight(asked.last + 2 * DAY)
    query = f"period1={start}&period2={end}&interval=1d&events=split&includeAdjustedClose=true"
    return f"/v8/finance/chart/{quote(ticker, safe='')}?{query}"


def read(ticker: str, asked: Days, answer: Answer) -> Found:
    """Returns the bars of an answer. Raises UnknownTickerError, ProviderError."""
    if answer.body.lstrip()[:1] == b"<":
        raise ProviderError(f"{TITLE} answered about {ticker} with a page for people, not with JSON.")
    try:
        chart = _decode(answer.body).chart
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderError(f"{TITLE}'s answer about {ticker} is not the expected JSON: {clause(error)}.") from None
    if chart.error:
        return _failure(ticker, chart.error)
    if answer.status != 200 or not chart.result:
        raise ProviderError(f"{TITLE} answered about {ticker} with the status {answer.status} and without a result.")
    return _found(ticker, asked, chart.result[0])


def _failure(ticker: str, failure: Failure) -> Found:
    """Returns the empty answer about days in which there was no ticker yet, or none any more."""
    if failure.description.startswith("Data doesn't exist"):
        return Found()
    if failure.code == "Not Found":
        raise UnknownTickerError(f"{TITLE} knows no ticker {ticker}.")
    raise ProviderError(f"{TITLE} refuses {ticker}: {clause(cut(failure.description or failure.code, 200))}.")


def _found(ticker: str, asked: Days, result: Result) -> Found:
    zone, meta = _zone(result.meta), result.meta
    found = checked(TITLE, ticker, asked, _bars(ticker, result, zone), MARGIN)
    splits = (result.events.splits if result.events else {}).values()
    dated = sorted((_day(ticker, each.date, zone), each.ratio) for each in splits)
    return Found(
        found.bars,
        found.faults,
        name=meta.long_name or meta.short_name or "",
        exchange=meta.full_exchange or meta.exchange or "",
        splits=[f"{cut(ratio, 20)} on {day}" for day, ratio in dated if asked.first <= day <= asked.last],
    )


def _bars(ticker: str, result: Result, zone: tzinfo) -> Iterator[DayBar]:
    """Yields a bar for each moment that has prices; days without trade have none."""
    indicators, moments = result.indicators, result.timestamp
    prices = indicators.quote[0] if indicators.quote else Prices()
    adjusted = indicators.adjclose[0].adjclose if indicators.adjclose else prices.close
    columns = [prices.open, prices.high, prices.low, prices.close, adjusted]
    if any(len(column) != len(moments) for column in columns):
        raise ProviderError(f"{TITLE}'s answer about {ticker} has columns of different lengths.")
    volumes = prices.volume if len(prices.volume) == len(moments) else [None] * len(moments)
    for moment, volume, *values in zip(moments, volumes, *columns, strict=True):
        if any(value is not None for value in values[:4]):
            first, high, low, close, adjusted_close = (nan if value is None else value for value in values)
            shares = None if volume is None else round(volume)
            yield DayBar(_day(ticker, moment, zone), first, high, low, close, adjusted_close, shares)


def _zone(meta: Meta) -> tzinfo:
    """Returns the exchange's time zone: today's offset is not that of each day."""
    try:
        return ZoneInfo(meta.zone)
    except (ValueError, OSError, LookupError):
        return timezone(timedelta(seconds=max(-86_000, min(86_000, meta.offset))))


def _day(ticker: str, moment: float, zone: tzinfo) -> date:
    try:
        return datetime.fromtimestamp(moment, zone).date()
    except (ValueError, OverflowError, OSError):
        raise ProviderError(f"{TITLE} answered about {ticker} with a time that is none: {moment:g}.") from None


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


# 404 and 400 come with JSON that tells an unknown ticker from days without data.
YAHOO = Provider("yahoo", TITLE, target, read, frozenset({200, 400, 404}))
