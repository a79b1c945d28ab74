"""Reads the time ranges of boards: `6h`, `now-1d`, `2026-11-22T14:00..2026-11-22T15:00`. Times are of UTC."""

import re
from typing import NamedTuple

from common.text import quoted
from streams.core import clock, moments

LEAST, LONGEST = 10 * clock.SECOND, 400 * 86_400 * clock.SECOND
NAMED = re.compile(r"(?:now\s*-\s*)?((?:\d{1,9}\s*[smhdw]\s*)+)")
STEPS = [
    seconds * clock.SECOND
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
]


class RangeError(ValueError):
    """Means that a text is no range; the message is a sentence."""


class Span(NamedTuple):
    """A time from `start` to before `end`, in milliseconds. `live` says that it ends now and moves on."""

    start: int
    end: int
    live: bool
    text: str  # as typed: without blanks

    @property
    def length(self) -> int:
        """Returns its milliseconds."""
        return self.end - self.start


def parse(text: str, now: int, at: str = "") -> Span:
    """Returns the span of a text at a time; `at`, if given, is the moment at which a length such as 6h ends.

    Raises RangeError.
    """
    text = text.strip()
    if named := NAMED.fullmatch(text.lower()):
        length = now - _moment(named[1], now)
        end = _moment(at, now) if at else now
        return _checked(Span(end - length, end, not at, named[1].replace(" ", "")))
    start, dots, end_text = text.partition("..")
    if not dots:
        raise RangeError(f"{quoted(text)} is no range such as 6h, now-1d or 2026-11-22T14:00..2026-11-22T15:00.")
    return _checked(Span(_moment(start, now), _moment(end_text or "now", now), live=False, text=text))


def _moment(text: str, now: int) -> int:
    try:
        found = moments.parse(text, lambda: now)
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


def earlier(span: Span) -> str:
    """Returns the range of the same length before a span."""
    start, end = max(0, span.start - span.length), span.start
    return between(start, max(end, start + LEAST))


def later(span: Span, now: int) -> str:
    """Returns the range of the same length after a span; one that ends now if that would be in the future."""
    end = span.end + span.length
    return between(now - span.length, now) if end > now else between(span.end, end)


def step(span: Span, least: int, points: int) -> int:
    """Returns a round step, at least `least` milliseconds, by which a span has at most about `points` steps."""
    return next((size for size in STEPS if size >= least and span.length / size <= points), max(STEPS[-1], least))


def _short(moment: int) -> str:
    text = clock.to_iso(moment // clock.SECOND * clock.SECOND)
    return text.replace(":00.000Z", "Z").replace(".000Z", "Z")
