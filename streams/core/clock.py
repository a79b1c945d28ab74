"""Converts times. A time in the pipe is whole milliseconds since 1970 UTC, the precision of Kinesis' arrival stamps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]

SECOND = 1000
MINUTE = 60 * SECOND


def now() -> int:
    """Returns the wall clock, in milliseconds."""
    return time.time_ns() // 1_000_000


def to_datetime(milliseconds: int) -> datetime:
    seconds, rest = divmod(milliseconds, SECOND)  # exact, where a float division would round
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000)


def from_datetime(moment: datetime) -> int:
    return int(moment.timestamp()) * SECOND + moment.microsecond // 1000


def to_iso(milliseconds: int) -> str:
    """Returns a time written as 2026-11-22T14:03:07.250Z."""
    return to_datetime(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso(moment: datetime | None) -> str | None:
    """Returns a time as `to_iso` writes it; None for none."""
    return None if moment is None else to_iso(from_datetime(moment))


def from_iso(text: str) -> int:
    """Reads an ISO-8601 time; one without a zone is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
