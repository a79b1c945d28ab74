"""Reads bars and companies from the database."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from applications.quotes.figures import PRICES, History, number, places_of
from applications.quotes.models import Bar, Company

COLUMNS = ("day", *PRICES, "volume")
SPARK_DAYS = 92  # of the calendar
NEAR = 20  # tickers that are offered in place of an unknown one


def has_bars(ticker: str) -> bool:
    """Returns whether any bar of a ticker is kept."""
    return Bar.objects.filter(ticker=ticker).exists()


def edges(ticker: str) -> tuple[date, date] | None:
    """Returns the oldest and the newest day of a ticker with a bar; None without bars."""
    days = Bar.objects.filter(ticker=ticker).order_by("day").values_list("day", flat=True)
    oldest, newest = days.first(), days.last()
    return (oldest, newest) if oldest and newest else None


def history(ticker: str, first: date | None = None, last: date | None = None, before: int = 0) -> History:
    """Returns the bars of some days, both inclusive, and `before` bars in front of them; without days all bars."""
    bars = Bar.objects.filter(ticker=ticker)
    rows: list[tuple[Any, ...]] = []
    if first and before:
        rows = list(bars.filter(day__lt=first).order_by("-day").values_list(*COLUMNS)[:before])[::-1]
    shown = bars.filter(**({"day__gte": first} if first else {}), **({"day__lte": last} if last else {}))
    rows += shown.order_by("day").values_list(*COLUMNS)
    return _columns(ticker, _places(bars), rows)


def companies(text: str) -> QuerySet[Company]:
    """Returns the companies that a text names: the ticker begins with it, or the name holds it, in any case."""
    found = Company.objects.order_by("ticker")
    if not text:
        return found
    return found.filter(Q(ticker__startswith=text.upper()) | Q(folded__contains=text.casefold()))


def company(ticker: str) -> Company | None:
    """Returns the company of a ticker with bars, in any case."""
    return Company.objects.filter(ticker=ticker.upper()).first()


def near(ticker: str) -> list[str]:
    """Returns at most NEAR tickers that begin like another, else any."""
    known = Company.objects.order_by("ticker").values_list("ticker", flat=True)
    return list(known.filter(ticker__startswith=ticker[:1])[:NEAR]) or list(known[:NEAR])


def newest(tickers: Sequence[str]) -> dict[str, list[tuple[date, float]]]:
    """Returns the days and closes of the last SPARK_DAYS of each ticker, oldest first; each ends at its own newest."""
    own = Bar.objects.filter(ticker=OuterRef("ticker")).order_by("-day").values("day")[:1]
    last = Company.objects.filter(ticker__in=tickers).annotate(last=Subquery(own)).values_list("last", "ticker")
    by_day: dict[date, list[str]] = {}
    for day, ticker in last:
        if day:
            by_day.setdefault(day, []).append(ticker)
    found: dict[str, list[tuple[date, float]]] = {ticker: [] for ticker in tickers}
    for day, alike in by_day.items():
        bars = Bar.objects.filter(ticker__in=alike, day__gt=day - timedelta(days=SPARK_DAYS)).order_by("day")
        for ticker, at, close in bars.values_list("ticker", "day", "close"):
            found[ticker].append((at, close))
    return found


def _places(bars: QuerySet[Bar]) -> int:
    """Returns the places of the prices of a ticker: those of all its bars, so that each range has the same."""
    found = bars.aggregate(low=Min("low"), adjusted=Min("adj_close"), high=Max("high"))
    return places_of(min(found["low"] or 1, found["adjusted"] or 1), found["high"] or 1)


def _columns(ticker: str, places: int, rows: list[tuple[Any, ...]]) -> History:
    days, *prices, volumes = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in COLUMNS]
    scale = 10**places
    scaled: dict[str, Any] = {
        name: [round(price * scale) for price in column] for name, column in zip(PRICES, prices, strict=True)
    }
    return History(ticker, places, [number(day) for day in days], **scaled, volume=volumes)
