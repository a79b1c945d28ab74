"""Stored bars, known days and companies: against naive sets, on each database."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications.quotes import storing
from applications.quotes.bars import DayBar
from applications.quotes.models import Bar, Company
from applications.quotes.ranges import Days

START = date(2020, 1, 1)
ranges = st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda pair: days(pair[0], pair[0] + pair[1]))


def days(first: int, last: int) -> Days:
    return Days(START + timedelta(first), START + timedelta(last))


def bar(close: float, volume: int | None = 2**62) -> DayBar:
    return DayBar(START, 10.0, 12.0, 9.0, close, 5.500000000001, volume)


class TestKnownDays(TestCase):
    """Rolls back each example of hypothesis."""

    @given(st.lists(ranges, max_size=6))
    def test_known_days_are_those_that_were_asked_for_in_the_fewest_ranges(self, asked: list[Days]) -> None:
        for each in asked:
            storing.store("AAPL", [], "stooq", covers=each)
        found = storing.known("stooq", "AAPL")
        assert _each(found) == sorted({*_each(asked)})
        assert all(later.first > earlier.last + timedelta(1) for earlier, later in pairwise(found))
        assert storing.known("yahoo", "AAPL") == storing.known("stooq", "MSFT") == []


def _each(found: list[Days]) -> list[date]:
    return [each.first + timedelta(number) for each in found for number in range((each.last - each.first).days + 1)]


@pytest.mark.django_db
def test_bar_replaces_that_of_the_same_day() -> None:
    storing.store("AAPL", [bar(11.0)], "yahoo", name="Apple Inc.", exchange="NasdaqGS")
    storing.store("AAPL", [bar(10.5, None)], "stooq")
    [kept] = Bar.objects.all()
    assert (kept.close, kept.adj_close, kept.volume, kept.source) == (10.5, 5.500000000001, None, "stooq")
    company = Company.objects.get()
    assert (company.name, company.folded, company.exchange) == ("Apple Inc.", "apple inc.", "NasdaqGS")
    storing.store("AAPL", [bar(10.5)], "yahoo", name="Äpple\0" + "x" * 200)
    assert (Company.objects.get().name[:14], len(Company.objects.get().name)) == (r"Äpple\u0000xxx", 128)


@pytest.mark.django_db(transaction=True)
def test_bars_and_known_days_are_stored_together_or_not_at_all() -> None:
    with pytest.raises(ArithmeticError), transaction.atomic():
        storing.store("AAPL", [bar(11.0)], "stooq", covers=days(0, 3))
        raise ArithmeticError
    assert (storing.known("stooq", "AAPL"), Bar.objects.count(), Company.objects.count()) == ([], 0, 0)
