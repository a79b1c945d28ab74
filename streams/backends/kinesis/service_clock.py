"""Tells Kinesis' own time from its answers, because this machine's wall clock may be wrong.

Every answer has the HTTP header `Date` (RFC 9110, 6.6.1: whole seconds). Between answers the elapsed time is added.
If a server sends no such header, the arrival stamps of its records replace it: they are a lower bound.
"""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from streams.core import clock


class ServiceClock:
    """Is never ahead of Kinesis' own clock. `monotonic` returns a monotonic time of this machine."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._offset: int | None = None  # milliseconds from our monotonic time to Kinesis'
        self._heard = float("-inf")

    def now(self) -> int | None:
        """Returns milliseconds since 1970; None until an answer has told a time."""
        return None if self._offset is None else self._milliseconds() + self._offset

    def age(self) -> float:
        """Returns the seconds since an answer last told the time."""
        return self._monotonic() - self._heard

    def answered(self, answer: Mapping[str, Any]) -> None:
        """Reads the time of an answer that has just come."""
        told = date_of(answer)
        if told is None:
            return
        self._heard = self._monotonic()
        known = self.now()
        # A header is up to a second old, so a later one may tell an earlier time than we already know.
        if known is None or not told <= known < told + clock.SECOND:
            self._offset = told - self._milliseconds()

    def stamped(self, arrived: int) -> None:
        """Reads a record's arrival stamp, in milliseconds: Kinesis' time is at least that."""
        known = self.now()
        if known is None or known < arrived:
            self._offset = arrived - self._milliseconds()
            self._heard = self._monotonic()

    def _milliseconds(self) -> int:
        return int(self._monotonic() * clock.SECOND)


def date_of(answer: Mapping[str, Any]) -> int | None:
    """Returns the time in an answer's header, in milliseconds; None if there is no valid one."""
    text = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        return clock.from_datetime(parsedate_to_datetime(text)) if text else None
    except ValueError:
        return None
