"""Makes the list of tickers: the newest close, its change, and the course of three months."""

from datetime import date
from typing import NamedTuple

from django.core.paginator import Page, Paginator

from applications.quotes import drawing, links, reading
from applications.quotes.figures import change_of
from applications.quotes.models import Company

EACH = 50  # tickers on a page
MOST_TEXT = 100  # characters that are looked for


class Row(NamedTuple):
    """Holds a ticker of the list. Without bars, the day is None."""

    company: Company
    url: str
    day: date | None
    close: float | None
    percent: float | None  # since the bar before
    spark: str


def page(text: str, number: str) -> Page[Company]:
    """Returns a page of the companies that a text finds, with a Row for each in place of them."""
    found = Paginator(reading.companies(text), EACH).get_page(number)
    found.object_list = _rows(list(found.object_list))  # type: ignore[assignment]  # the template reads rows
    return found


def _rows(companies: list[Company]) -> list[Row]:
    closes = reading.newest([company.ticker for company in companies])
    return [_row(company, closes[company.ticker]) for company in companies]


def _row(company: Company, bars: list[tuple[date, float]]) -> Row:
    url = links.to_quote(company.ticker)
    if not bars:
        return Row(company, url, None, None, None, "")
    (day, close), before = bars[-1], bars[-2][1] if len(bars) > 1 else None
    return Row(company, url, day, close, change_of(close, before), drawing.spark([close for _, close in bars]))
