"""Speaks the CSV of Stooq: /q/d/l/?s=aapl.us&d1=20200101&d2=20201231&i=d. Pure.

Stooq's prices are corrected for splits and dividends, so that the close is the corrected close, too.
"""

import csv
from collections.abc import Iterator
from datetime import date
from urllib.parse import quote

from applications.quotes.bars import DayBar
from applications.quotes.providers.base import Found, Provider, ProviderError, QuotaError, checked
from applications.quotes.ranges import Days
from common.guarded_http import Answer
from common.text import quoted

TITLE = "Stooq"
HEADER = ["Date", "Open", "High", "Low", "Close"]
ANY_MARKET = "=X"  # Yahoo's end of a currency, which Stooq writes without


def target(ticker: str, asked: Days) -> str:
    """Returns path and query. A ticker without a market is one of the United States."""
    symbol = ticker.lower()
    if symbol.endswith(ANY_MARKET.lower()):
        symbol = symbol.removesuffix(ANY_MARKET.lower())
    elif "." not in symbol and not symbol.startswith("^"):
        symbol += ".us"
    return f"/q/d/l/?s={quote(symbol, safe='^.')}&d1={asked.first:%Y%m%d}&d2={asked.last:%Y%m%d}&i=d"


def read(ticker: str, asked: Days, answer: Answer) -> Found:
    """Returns the bars of an answer. Raises QuotaError, ProviderError."""
    text = answer.body.decode("utf-8-sig", "replace")
    start = text.lstrip()[:200]
    if start.startswith("No data"):
        return Found(empty=True)
    if "daily hits limit" in start:
        raise QuotaError(f"{TITLE} takes no more requests today: its daily limit is reached. Go on tomorrow.")
    if start.startswith("<"):
        raise ProviderError(f"{TITLE} answered about {ticker} with a page for people, not with CSV.")
    if not start:
        raise ProviderError(f"{TITLE}'s answer about {ticker} is empty.")
    if not text.endswith("\n"):
        raise ProviderError(f"{TITLE}'s answer about {ticker} ends within a line.")
    header, *rows = csv.reader(text.lstrip().splitlines())
    if header[:5] != HEADER:
        raise ProviderError(f"{TITLE} answered about {ticker} with {quoted(start.splitlines()[0], 60)}, not with CSV.")
    return checked(TITLE, ticker, asked, _bars(ticker, rows))


def _bars(ticker: str, rows: list[list[str]]) -> Iterator[DayBar]:
    for row in filter(None, rows):
        try:
            day, (first, high, low, close) = date.fromisoformat(row[0]), map(float, row[1:5])
            volume = round(float(row[5])) if len(row) > 5 and row[5] else None
        except (ValueError, OverflowError):
            line = quoted(",".join(row), 60)
            raise ProviderError(f"{TITLE}'s answer about {ticker} has a line that is no bar: {line}.") from None
        yield DayBar(day, first, high, low, close, close, volume)


STOOQ = Provider("stooq", TITLE, target, read)
