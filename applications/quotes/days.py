"""Reads the days that a page of quotes shows from its address: ?range=1y, 90d, 2008, 2008-09..2009-03, or `all`.

A day is one of the exchange, without a zone. Lengths end at the newest day of the ticker, not today: bars that end in
2019 are then shown for 1y, too. `m` is a month here, since a bar is no shorter than a day. A range that only the site's
other pages know, such as now-6h, means the days that it touches, in UTC.
"""

import re
from calendar import monthrange
from datetime import UTC, date, timedelta
from typing import NamedTuple

from applications.quotes.processor import FIRST_DAY, LAST_DAY
from common.text import quoted
from dashboard import ranges
from dashboard.ranges import RangeError
from streams.core import clock

USUAL = "1y"
PRESETS = ("1m", "6m", "1y", "5y", "all")
MOST_TEXT = 100  # characters
LENGTH = re.compile(r"(?:now\s*-\s*)?(\d{1,5})\s*([dwmy])")
PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class Days(NamedTuple):
    """Holds a range of days, both inclusive, and its text."""

    first: date
    last: date
    text: str

    @property
    def length(self) -> int:
        """Returns the number of days of the calendar."""
        return (self.last - self.first).days + 1


def parse(text: str, oldest: date, newest: date, now: int) -> Days:
    """Returns the days of a text, for a ticker with bars from `oldest` to `newest`. Raises RangeError."""
    text = text.strip()
    folded = text.lower()
    if folded == "all":
        return Days(oldest, newest, "all")
    if length := LENGTH.fullmatch(folded):
        first = _before(newest, int(length[1]), length[2])
        return Days(first, newest, length[1] + length[2])
    start, dots, end = (part.strip() for part in text.partition(".."))
    if (since := _part(start)) and (not end or PART.fullmatch(end)):
        until = _part(end) or ((newest, newest) if dots else since)
        return _checked(Days(since[0], until[1], text))
    span = ranges.parse(text, now)
    first, last = (clock.to_datetime(moment).astimezone(UTC).date() for moment in (span.start, span.end - 1))
    return _checked(Days(first, last, text))


def between(first: date, last: date) -> str:
    """Returns the text of a range of two days, both inclusive."""
    return f"{first}..{last}"


def earlier(days: Days, oldest: date) -> str:
    """Returns the range of as many days before; "" if no bar is that old."""
    if days.first <= oldest:
        return ""
    return between(max(FIRST_DAY, days.first - timedelta(days=days.length)), days.first - timedelta(days=1))


def later(days: Days, newest: date) -> str:
    """Returns the range of as many days behind, which ends at the newest at the latest; "" if no bar is that new."""
    if days.last >= newest:
        return ""
    last = min(newest, days.last + timedelta(days=days.length))
    return between(last - timedelta(days=days.length - 1), last)


def _part(text: str) -> tuple[date, date] | None:
    """Returns the first and the last day of a year, a month or a day; None for another text."""
    found = PART.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if not FIRST_DAY <= first <= LAST_DAY:
            raise ValueError
    except ValueError:
        raise RangeError(f"{quoted(text)} is no day from {FIRST_DAY} to {LAST_DAY}.") from None
    last_month = month or 12
    return first, first if day else date(first.year, last_month, monthrange(first.year, last_month)[1])


def _before(newest: date, count: int, unit: str) -> date:
    """Returns the first of so many days, weeks, months or years that end with `newest`, that day included."""
    if count == 0:
        raise RangeError("A range has at least one day.")
    if unit in "dw":
        return newest - timedelta(days=min(count * (7 if unit == "w" else 1) - 1, (newest - FIRST_DAY).days))
    months = newest.year * 12 + newest.month - 1 - count * (12 if unit == "y" else 1)
    if months < FIRST_DAY.year * 12:
        return FIRST_DAY
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(newest.day, monthrange(year, month)[1])) + timedelta(days=1)


def _checked(days: Days) -> Days:
    if days.last < days.first:
        raise RangeError("The range ends before it begins.")
    return days
