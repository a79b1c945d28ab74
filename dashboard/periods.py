"""Reads the time that a page shows from its address: ?range=6h, and ?zone= for times without an offset.

A page that is live, paused or of the past is one page with one address: it is live while its range ends now.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from dashboard import download, ranges
from dashboard.ranges import RangeError, Span
from streams.core import clock

USUAL = "1h"
PRESETS = ("15m", "1h", "6h", "24h", "7d", "30d", "365d", "today", "yesterday")
OWN_DAYS = 10_800  # seconds of a step from which on steps begin with the days of the zone
POINTS = 400  # points of a chart, at most: a day in steps of 5 minutes, a year in days
MOST_TEXT, MOST_ZONE = 100, 64  # characters
OWN = ("range", "zone", "page")  # parameters that links to other ranges do not keep


class Link(NamedTuple):
    """A link to another range."""

    text: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Period:
    """Holds the time that a page shows. With an error, the text is no range, and the usual time is shown."""

    span: Span
    now: int
    zone: tzinfo
    zone_name: str  # "" for UTC
    text: str  # text of the range that is shown
    typed: str  # text as the request has it, though it may be no range
    usual: bool  # the page shows its usual time, live
    error: str
    path: str
    kept: Sequence[tuple[str, str]]  # parameters that links keep
    presets_of: Sequence[str] = PRESETS

    def url(self, text: str, path: str = "") -> str:
        """Returns the address of this page, or of another, for a range."""
        zone = [("zone", self.zone_name)] if self.zone_name else []
        return f"{path or self.path}?{urlencode([*self.kept, ('range', text), *zone])}"

    def url_with(self, **more: str) -> str:
        """Returns the address of this page for the same range with another parameter."""
        kept = [(name, value) for name, value in self.kept if name not in more]
        return f"{self.path}?{urlencode([*kept, *more.items()])}&{self.query}"

    @property
    def in_names(self) -> str:
        """Returns the time as part of a file's name."""
        return "_".join(download.stamp(clock.to_datetime(moment)) for moment in self.span[:2])

    @property
    def query(self) -> str:
        """Returns the parameters of the same range, for a link: range=…&zone=…"""
        return urlencode({"range": self.text} | ({"zone": self.zone_name} if self.zone_name else {}))

    @cached_property
    def presets(self) -> list[Link]:
        return [Link(text, self.url(text), text == self.text) for text in self.presets_of]

    @property
    def earlier(self) -> str:
        return self.url(ranges.earlier(self.span, self.zone))

    @property
    def later(self) -> str:
        """Returns the address of the range after this one; "" for one that ends now."""
        if self.span.live or self.span.end >= self.now:
            return ""
        return self.url(ranges.later(self.span, self.now, self.zone))

    @property
    def now_url(self) -> str:
        """Returns the address of the usual time, live."""
        return f"{self.path}?{urlencode(self.kept)}".removesuffix("?")

    @property
    def start(self) -> str:
        return clock.to_iso(self.span.start)

    @property
    def end(self) -> str:
        return clock.to_iso(self.span.end)

    def step(self, least: int, points: int = POINTS) -> int:
        """Returns the seconds of a chart's steps, at least `least`."""
        return ranges.step(self.span, least * clock.SECOND, points) // clock.SECOND

    def edges(self, step: int) -> list[int] | None:
        """Returns the beginnings of steps of so many seconds that follow the zone, and the end of the last, or None."""
        return ranges.edges(self.span, step, self.zone) if step >= OWN_DAYS and self.zone_name else None

    def bounds(self, level: int) -> tuple[datetime, datetime]:
        """Returns the times from and before which rows of `level` seconds are read."""
        length = level * clock.SECOND
        return clock.to_datetime(self.span.start // length * length), clock.to_datetime(self.span.end)

    def about(self, start: datetime, step: int) -> dict[str, Any]:
        """Returns the range for a script: times in seconds since 1970."""
        return {
            "text": self.text,
            "zone": self.zone_name or "UTC",
            "start": int(start.timestamp()),
            "end": self.span.end // clock.SECOND,
            "step": step,
            "live": self.span.live,
        }


def read(request: HttpRequest, now: datetime, usual: str = USUAL, path: str = "") -> Period:
    """Returns the time that a request asks for; `usual` is that of a page without ?range=.

    `path` is the address of the page, if the request is for another.
    """
    text = request.GET.get("range", "").strip()[:MOST_TEXT]
    zone_name = request.GET.get("zone", "")
    moment, zone, error = clock.from_datetime(now), zone_of(zone_name), ""
    if zone is None:
        error, zone_name = f"There is no time zone {zone_name[:MOST_ZONE]!r}; these are times in UTC.", ""
    zone = zone or UTC
    try:
        span = ranges.parse(text or usual, moment, zone=zone)
        span = span._replace(live=span.end == moment)  # today, and a range up to now, are live, too
        if span.start >= moment:
            raise RangeError("The range lies in the future.")
    except RangeError as wrong:
        error, span = str(wrong), ranges.parse(usual, moment)
    kept = [(name, str(value)) for name, value in request.GET.items() if name not in OWN]
    shown = text if text and not error else usual
    is_usual = bool(span.live and span.text == usual)
    name = "" if zone is UTC else zone_name
    return Period(span, moment, zone, name, shown, text or usual, is_usual, error, path or request.path, kept)


def zone_of(name: str) -> tzinfo | None:
    """Returns the zone of a name such as Europe/Berlin, UTC for ""; None for an unknown one."""
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name) if len(name) <= MOST_ZONE else None
    except (ValueError, OSError, LookupError):
        return None


def times(start: datetime, end: datetime, step: int) -> list[int]:
    """Returns the beginnings of steps of equal length, in seconds since 1970; at least one."""
    first = int(start.timestamp())
    return list(range(first, max(first + 1, math.ceil(end.timestamp())), step))


def columns(at: Sequence[int], rows: Mapping[int, Sequence[Any]], width: int) -> list[list[Any]]:
    """Returns the columns of a chart: times in seconds, then `width` columns of the rows; None without a row."""
    return [list(at), *([rows[moment][place] if moment in rows else None for moment in at] for place in range(width))]
