"""Finds tickers."""

from collections.abc import Iterator

from applications.market import links, queries
from applications.market.models import TRADES
from common.finding import Hit, Person
from dashboard.related import Related
from streams.models.readers import streams_of

STREAMS = 3  # that are searched, the application's own first


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields tickers that begin with the text, in any case; those of other streams name their stream."""
    if not text:
        return
    for stream in list(dict.fromkeys([TRADES, *streams_of(TRADES)]))[:STREAMS]:
        about = "" if stream == TRADES else f"on {stream}"
        for name in queries.beginning_with(text, stream, most):
            yield Hit("ticker", name, links.to_ticker(name, stream), about)


def page_of(ticker: str) -> Related | None:
    """Returns the page of a ticker's trades, if the application's own stream ever had one."""
    return (
        Related("Its trades, minute by minute", links.to_ticker(ticker)) if queries.has_traded(ticker, TRADES) else None
    )
