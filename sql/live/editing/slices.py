"""Reads the slice of a stream that a person names in words, such as "yesterday 14:05 for 10 minutes"."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from common.text import counted, quoted
from sql.offline.trial import Record
from streams import wiring
from streams.core import clock, moments

DEFAULT = "the last 5 minutes"
RECORDS, BYTES = 50_000, 16 << 20  # of a slice
LONGEST = 7 * 24 * 60 * clock.MINUTE
FOR = 10 * clock.MINUTE  # where a beginning is named alone
TEXT_MOST = 100  # characters
WORDS = (
    "Write the last 5 minutes, 14:05 for 10 minutes, yesterday 14:05 for 1 hour, "
    "2026-01-31T14:05Z for 10 minutes, or 14:05 to 14:15; times are in UTC."
)
_LAST = re.compile(r"(?:the\s+)?(?:last|newest)\s+(.+)|(?:now\s*-\s*)?(\d+\s*[a-z].*)", re.IGNORECASE)
_BARE = re.compile(r"(?:s|sec|secs|second|m|min|minute|h|hour|d|day|w|week)$", re.IGNORECASE)
_DAY = re.compile(r"(yesterday|today)\s+(?:at\s+)?(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slice:
    """Is a stretch of time, in milliseconds, with its end left out. `latest` says that it ends now."""

    start: int
    end: int
    latest: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Holds the records of a slice, oldest first, and sentences about them."""

    slice: Slice
    records: list[Record]
    notes: tuple[str, ...] = ()


def parse(text: str, now: int) -> Slice:
    """Returns the slice that a text names. Raises ValueError with a sentence."""
    try:
        found = _parsed(" ".join(text.split()) or DEFAULT, now)
    except (ValueError, OverflowError):
        raise ValueError(f"{quoted(text[:TEXT_MOST])} names no slice. {WORDS}") from None
    if not found.start < found.end:
        raise ValueError("The slice ends before it begins.")
    if found.end - found.start > LONGEST:
        raise ValueError("A slice has at most 7 days.")
    if found.start > now:
        raise ValueError("The slice begins in the future: no record of it exists.")
    return found


def _parsed(text: str, now: int) -> Slice:
    if len(text) > TEXT_MOST:
        raise ValueError
    start, to, end = text.partition(" to ")
    if to:
        first = _moment(start, now)
        return Slice(first, _after(first, end, now))
    start, for_, length = text.partition(" for ")
    if for_:
        first = _moment(start, now)
        return Slice(first, first + _length(length, now))
    if found := _LAST.fullmatch(text):
        return Slice(now - _length(found[1] or found[2], now), now + 1, latest=True)
    first = _moment(text, now)
    return Slice(first, first + FOR)


def _length(text: str, now: int) -> int:
    """Returns the length of a span such as `5 minutes`, or `minute` for one."""
    return now - moments.parse(f"1{text}" if _BARE.fullmatch(text) else text, lambda: now)


def _moment(text: str, now: int) -> int:
    if not (found := _DAY.fullmatch(text)):
        return moments.parse(text, lambda: now)
    midnight = clock.to_datetime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    day = midnight - timedelta(days=found[1].lower() == "yesterday")
    return clock.from_iso(f"{day:%Y-%m-%d}T{found[2]:0>5}Z")


def _after(first: int, text: str, now: int) -> int:
    """Returns the end of a slice; a time of day is that after its beginning."""
    if not re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        return _moment(text, now)
    day = f"{clock.to_datetime(first):%Y-%m-%d}"
    end = clock.from_iso(f"{day}T{text:0>5}Z")
    return end if end > first else end + 24 * 60 * clock.MINUTE


def take(stream: str, found: Slice, read: Callable[..., list[Record]] = wiring.records_between) -> Taken:
    """Reads the records of a slice, within bounds. Raises StreamError.

    If nothing arrived in the last minutes, the slice is as long before the newest record.
    """
    notes = []
    records = read(stream, found.start, found.end, RECORDS, BYTES)
    if not records and found.latest and (newest := wiring.newest_records(stream, 1)):
        end = newest[0][0] + 1
        found = Slice(end - (found.end - found.start), end)
        newest_at = clock.to_iso(end - 1)[:19].replace("T", " ")
        notes.append(f"Nothing arrived lately, so these are the records up to {newest_at} UTC.")
        records = read(stream, found.start, found.end, RECORDS, BYTES)
    if len(records) > RECORDS or sum(len(each[3]) for each in records) > BYTES:
        records = records[:-1]
        at = clock.to_iso(records[-1][0])[11:19] if records else ""
        notes.append(f"The slice is cut after {counted(len(records), 'record')}, at {at} UTC: a run takes no more.")
    return Taken(found, records, tuple(notes))
