"""Finds tickers with bars, by ticker and by company."""

from collections.abc import Iterator

from applications.quotes import links, reading
from common.finding import Hit, Person
from dashboard.related import Related


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the daily bars of each ticker that begins with the text, and of each company with the text in its name."""
    if not text:
        return
    for company in reading.companies(text)[:most]:
        yield Hit("quotes", company.ticker, links.to_quote(company.ticker), company.name or "daily bars")


def page_of(ticker: str) -> Related | None:
    """Returns the page of a ticker's bars, if there are any."""
    return Related("Years of daily bars", links.to_quote(ticker)) if reading.has_bars(ticker) else None
