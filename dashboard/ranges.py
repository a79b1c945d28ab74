"""Reads the time ranges of pages: `6h`, `now-1d`, `2026-11-22T14:00..2026-11-22T15:00`, `yesterday`, `2026-10-25`.

A time without an offset is of a zone, UTC unless another is given; a day there has 23 or 25 hours when clocks change.
"""

import re
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from common.text import quoted
from streams.core import clock, moments

LEAST, LONGEST = 10 * clock.SECOND, 400 * 86_400 * clock.SECOND
NAMED = re.compile(r"(?:now\s*-\s*)?((?:\d{1,9}\s*[smhdw]\s*)+)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
STEPS = [
    seconds * clock.SECOND
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
]


class RangeError(ValueError):
    """Means that a text is no range; the message is a sentence."""


class Span(NamedTuple):
    """A time from `start` to before `end`, in milliseconds. `live` says that it ends now and moves on.

    `whole_end` is the end of the time that was chosen, if this is the part of it up to a moment; else 0.
    """

    start: int
    end: int
    live: bool
    text: str  # as typed: without blanks
    zone: tzinfo = UTC  # the zone in which days begin
    whole_end: int = 0

    @property
    def length(self) -> int:
        """Returns its milliseconds."""
        return self.end - self.start

    @property
    def whole(self) -> "Span":
        """Returns the time that was chosen."""
        return self._replace(end=self.whole_end, whole_end=0) if self.whole_end else self


def parse(text: str, now: int, at: str = "", zone: tzinfo = UTC) -> Span:
    """Returns the span of a text at a time; `at`, if given, is the moment at which a length such as 6h ends.

    Raises RangeError.
    """
    return _parsed(text.strip(), now, at, zone)._replace(zone=zone)


def _parsed(text: str, now: int, at: str, zone: tzinfo) -> Span:
    if named := NAMED.fullmatch(text.lower()):
        length = (now - _moment(named[1], now, zone)) // clock.SECOND * clock.SECOND
        end = _moment(at, now, zone) if at else now
        return _checked(Span(end - length, end, not at, named[1].replace(" ", "")))
    if day := _day(text, now, zone):
        start_of, end_of = (_midnight(day, zone, more) for more in (0, 1))
        return _checked(Span(start_of, min(now, end_of) if start_of < now else end_of, live=False, text=text))
    start, dots, end_text = text.partition("..")
    if not dots:
        raise RangeError(
            f"{quoted(text)} is no range such as 6h, now-1d, yesterday or 2026-11-22T14:00..2026-11-22T15:00."
        )
    return _checked(Span(_moment(start, now, zone), _moment(end_text or "now", now, zone), live=False, text=text))


def up_to(span: Span, text: str, now: int) -> Span:
    """Returns the part of a span up to a moment, in the steps of the whole; "" is for all of it. Raises RangeError."""
    if not text:
        return span
    moment = _moment(text, now, span.zone)
    if not span.start < moment <= span.end:
        raise RangeError("The moment does not lie in the range.")
    return span._replace(end=moment, live=False, whole_end=span.end)


def _day(text: str, now: int, zone: tzinfo) -> date | None:
    """Returns the day that a text names; None if it names none."""
    back = {"today": 0, "yesterday": 1}.get(text.lower())
    if back is not None:
        return clock.to_datetime(now).astimezone(zone).date() - timedelta(days=back)
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        raise RangeError(f"{quoted(text)} is no day of the calendar.") from None


def _midnight(day: date, zone: tzinfo, more: int = 0) -> int:
    """Returns the beginning of a day in a zone, or of one `more` days later. Raises RangeError for one far away."""
    try:
        day += timedelta(days=more)
        return max(0, clock.from_datetime(datetime(day.year, day.month, day.day, tzinfo=zone)))
    except (ValueError, OverflowError):
        raise RangeError(f"{day} is too far away.") from None


def _moment(text: str, now: int, zone: tzinfo) -> int:
    try:
        found = moments.parse(text, lambda: now, zone)
    except (ValueError, OverflowError):
        raise RangeError(f"{quoted(text)} is no time such as 2026-11-22T14:00, 14:03 or now-1h.") from None
    return found // clock.SECOND * clock.SECOND if found != now else now


def _checked(span: Span) -> Span:
    if span.end <= span.start:
        raise RangeError("The range ends before it begins.")
    if not LEAST <= span.length <= LONGEST:
        raise RangeError("A range has at least 10 seconds and at most 400 days.")
    return span


def between(start: int, end: int) -> str:
    """Returns the text of a range of two times."""
    return f"{_short(start)}..{_short(end)}"


def _days(span: Span, zone: tzinfo) -> tuple[date, int] | None:
    """Returns the first day and the number of days of a span of whole days in a zone; None for another span."""
    try:
        start, end = (clock.to_datetime(moment).astimezone(zone) for moment in (span.start, span.end))
    except (ValueError, OverflowError):
        return None
    whole = not any((at.hour, at.minute, at.second, at.microsecond) != (0, 0, 0, 0) for at in (start, end))
    return (start.date(), (end.date() - start.date()).days) if whole and end.date() > start.date() else None


def _whole_days(first: date, count: int, zone: tzinfo) -> str:
    if count == 1:
        return first.isoformat()
    return between(_midnight(first, zone), _midnight(first, zone, count))


def earlier(span: Span, zone: tzinfo = UTC) -> str:
    """Returns the range of the same length before a span; the days before, for one of whole days."""
    if days := _days(span, zone):
        return _whole_days(days[0] - timedelta(days=days[1]), days[1], zone)
    start, end = max(0, span.start - span.length), span.start
    return between(start, max(end, start + LEAST))


def later(span: Span, now: int, zone: tzinfo = UTC) -> str:
    """Returns the range of the same length after a span; one that ends now if that would be in the future."""
    if (days := _days(span, zone)) and span.end <= now:
        return _whole_days(days[0] + timedelta(days=days[1]), days[1], zone)
    end = span.end + span.length
    return between(now - span.length, now) if end > now else between(span.end, end)


def step(span: Span, least: int, points: int) -> int:
    """Returns a round step, at least `least` milliseconds, by which a span has at most about `points` steps.

    A part of a span has the steps of the whole, so that they stay while it grows.
    """
    length = span.whole.length
    return next((size for size in STEPS if size >= least and length / size <= points), max(STEPS[-1], least))


def edges(span: Span, step: int, zone: tzinfo) -> list[int]:
    """Returns the beginnings of the steps of a span, and the end of the last, in the zone's own days.

    Times are seconds since 1970; `step` is 3, 6, 12 or 24 hours in seconds. A day in which clocks change is one step of
    23 or 25 hours, and a step that they leave out does not exist.
    """
    first, last = (clock.to_datetime(moment).astimezone(zone).date() for moment in (span.start, span.end))
    found = _steps_of(first, last, step, zone)
    start, end = span.start // clock.SECOND, span.end / clock.SECOND
    since = max(0, bisect_right(found, start) - 1)
    until = max(since + 1, bisect_left(found, end))
    return list(found[since : until + 1])


@lru_cache(maxsize=30)
def _steps_of(first: date, last: date, step: int, zone: tzinfo) -> tuple[int, ...]:
    """Returns the beginnings of the steps of all days from `first` to the day after `last`; in seconds.

    They are kept, since each costs some arithmetic of zones, and a year has 366 that all panels of a board need.
    """
    hours = range(0, 24, step // 3600)
    days = (first + timedelta(days=day) for day in range((last - first).days + 2))
    local = (datetime(day.year, day.month, day.day, hour, tzinfo=zone) for day in days for hour in hours)
    return tuple(sorted({int(moment.timestamp()) // 60 * 60 for moment in local}))


def _short(moment: int) -> str:
    text = clock.to_iso(moment // clock.SECOND * clock.SECOND)
    return text.replace(":00.000Z", "Z").replace(".000Z", "Z")
