"""Parses times that people type: absolute, of today, or relative to now."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from streams.core import clock

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = r"([0-9]{1,9})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?)"
_AGO = re.compile(rf"(?:now\s*-\s*)?((?:{_SPAN}\s*)+)(?:ago)?", re.IGNORECASE)
_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?")


def parse(text: str, now: clock.Clock = clock.now, zone: tzinfo = UTC) -> int:
    """Returns the milliseconds of a time such as 2026-11-22T14:00:00Z, now, 15m, now-1h30m or 2 days ago.

    A time of day such as 14:03:07 means its last occurrence. A time without an offset is in `zone`. Raises ValueError.
    """
    text = text.strip()
    if text.lower() == "now":
        return now()
    if found := _AGO.fullmatch(text):
        return max(0, now() - _span(found[1]))
    if found := _OF_DAY.fullmatch(text):
        return _last(found, clock.to_datetime(now()).astimezone(zone))
    moment = datetime.fromisoformat(text)
    return max(0, clock.from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone)))


def _span(text: str) -> int:
    """Returns the length of a span, in milliseconds."""
    seconds = sum(int(count) * _SECONDS[unit[0].lower()] for count, unit in re.findall(_SPAN, text, re.IGNORECASE))
    return seconds * clock.SECOND


def _last(found: re.Match[str], now: datetime) -> int:
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    microsecond = int((found[4] or "0").ljust(6, "0"))
    moment = now.replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return clock.from_datetime(moment if moment <= now else moment - timedelta(days=1))
