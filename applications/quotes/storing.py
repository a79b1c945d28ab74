"""Stores bars, and remembers the days that a provider was asked for."""

from collections.abc import Sequence

from django.db import transaction

from applications.quotes.bars import DayBar
from applications.quotes.models import Bar, Company, CoveredRange
from applications.quotes.ranges import Days, joined
from common.database_errors import again_if_locked
from common.text import storable
from streams.models.upsert import upsert


def known(provider: str, ticker: str) -> list[Days]:
    """Returns the days that a provider was asked for, in order."""
    found = CoveredRange.objects.filter(provider=provider, ticker=ticker).order_by("first")
    return [Days(first, last) for first, last in found.values_list("first", "last")]


@again_if_locked
@transaction.atomic
def store(
    ticker: str, bars: Sequence[DayBar], source: str, *, covers: Days | None = None, name: str = "", exchange: str = ""
) -> None:
    """Stores the bars of a ticker, over those of the same days, with the days that the provider made known.

    It is one transaction, so that after a kill no day is known without its bar.
    """
    if bars:
        _name(ticker, name, exchange)
    upsert([_stored(ticker, bar, source) for bar in bars], key=["ticker", "day"])
    if covers:
        _cover(source, ticker, covers)


def _stored(ticker: str, bar: DayBar, source: str) -> Bar:
    return Bar(ticker=ticker, source=source, **bar._asdict())


def _name(ticker: str, name: str, exchange: str) -> None:
    """Makes the company of a ticker, or tells its name; an empty name replaces none."""
    told = Company.of(ticker, storable(name), storable(exchange))
    columns = {"name": told.name, "folded": told.folded, "exchange": told.exchange}
    company, made = Company.objects.get_or_create(ticker=ticker, defaults=columns)
    if not made and name and (company.name, company.exchange) != (told.name, told.exchange):
        Company.objects.filter(pk=company.pk).update(**columns)


def _cover(provider: str, ticker: str, days: Days) -> None:
    """Adds days to the known ones; neighbours become one range."""
    rows = CoveredRange.objects.select_for_update().filter(provider=provider, ticker=ticker)
    before = [Days(row.first, row.last) for row in rows]
    after = joined([*before, days])
    for each in set(before) - set(after):
        rows.filter(first=each.first, last=each.last).delete()
    upsert(
        [
            CoveredRange(provider=provider, ticker=ticker, first=each.first, last=each.last)
            for each in after
            if each not in before
        ],
        key=["provider", "ticker", "first"],
    )
