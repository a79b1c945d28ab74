"""The days of a page: their texts, and the ranges before and behind them."""

from datetime import UTC, date, datetime

import pytest

from applications.quotes import days
from applications.quotes.days import Days
from dashboard.ranges import RangeError
from streams.core import clock

OLDEST, NEWEST = date(1996, 1, 2), date(2026, 11, 27)
NOW = clock.from_datetime(datetime(2026, 11, 28, 12, tzinfo=UTC))


def parse(text: str) -> tuple[str, str]:
    first, last, _ = days.parse(text, OLDEST, NEWEST, NOW)
    return str(first), str(last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("all", "1996-01-02", "2026-11-27"),
        ("1y", "2025-11-28", "2026-11-27"),
        ("6m", "2026-05-28", "2026-11-27"),
        (" 1M ", "2026-10-28", "2026-11-27"),
        ("now-90d", "2026-08-30", "2026-11-27"),
        ("1d", "2026-11-27", "2026-11-27"),
        ("2w", "2026-11-14", "2026-11-27"),
        ("2008", "2008-01-01", "2008-12-31"),
        ("2008-02", "2008-02-01", "2008-02-29"),
        ("2008-09..2009-03", "2008-09-01", "2009-03-31"),
        ("2020-02-19..2020-03-23", "2020-02-19", "2020-03-23"),
        ("2020-02-19..", "2020-02-19", "2026-11-27"),
        ("2020-02-19", "2020-02-19", "2020-02-19"),
        ("yesterday", "2026-11-27", "2026-11-27"),
        ("6h", "2026-11-28", "2026-11-28"),
        ("2026-11-22T14:00..2026-11-23T00:00", "2026-11-22", "2026-11-22"),
        ("99999y", "1800-01-01", "2026-11-27"),
        ("99999d", "1800-01-01", "2026-11-27"),
    ],
)
def test_text_means_days(text: str, first: str, last: str) -> None:
    assert parse(text) == (first, last)


def test_month_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert days.parse("1m", OLDEST, date(2026, 3, 31), NOW)[:2] == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("text", ["", "soon", "0d", "2020-13", "2020-02-30", "1700", "2300-01", "2021..2020", "1y..2y"])
def test_text_that_names_no_days_is_refused(text: str) -> None:
    with pytest.raises(RangeError):
        parse(text)


def test_earlier_and_later_have_as_many_days() -> None:
    shown = Days(date(2026, 3, 1), date(2026, 3, 10), "")
    assert days.earlier(shown, OLDEST) == "2026-02-19..2026-02-28"
    assert days.later(shown, NEWEST) == "2026-03-11..2026-03-20"


def test_later_ends_with_the_newest_day() -> None:
    assert days.later(Days(date(2026, 11, 16), date(2026, 11, 25), ""), NEWEST) == "2026-11-18..2026-11-27"


def test_there_is_no_earlier_or_later_beyond_the_bars() -> None:
    shown = Days(OLDEST, NEWEST, "all")
    assert (days.earlier(shown, OLDEST), days.later(shown, NEWEST)) == ("", "")
