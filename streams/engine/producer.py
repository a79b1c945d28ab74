"""Takes records from a source as they fall due and puts them into a stream."""

import logging
import time
from collections.abc import Callable
from math import ceil, inf
from typing import Protocol

from common.outage_log import OutageLog
from streams.backends.base import Stream
from streams.core.records import Entry, StreamDownError
from streams.sources.base import LiveSource, PacedSource, Source, SourceError

RECORDS_A_PUT = 4096
DEFAULT_RATE = 10.0  # records a second
RETRY = 1.0  # seconds until a stream that was down is tried again
LINGER = 0.05  # seconds between puts: a put costs the same for one record as for fifty

logger = logging.getLogger(__name__)


class Pace(Protocol):
    """Decides when records fall due. Both methods may raise SourceError."""

    def take(self, elapsed: float, limit: int) -> list[Entry]:
        """Returns at most `limit` (from 1) new records that are due `elapsed` seconds after the start."""

    def finished(self) -> bool:
        """Returns whether no more records will ever fall due."""


class AtRate:
    """Makes a fixed number of records due each second, the first at once; 0 is without limit.

    Where a live source has no record yet, its later records do not make up for the pause.
    """

    def __init__(self, source: Source, rate: float) -> None:
        self._source = source
        self._rate = rate
        self._taken = 0
        self._finished = False

    def take(self, elapsed: float, limit: int) -> list[Entry]:
        due = limit
        if self._rate:
            # Record n is due after n / rate seconds; rounded, because 0.1 + 0.2 is a little more than 0.3.
            due = ceil(round(elapsed * self._rate, 6)) - self._taken
        if due < 1:
            return []
        entries = self._source.take(min(limit, due))
        if isinstance(self._source, LiveSource):
            self._finished = self._source.ended() and not entries
            self._taken += len(entries) if len(entries) == min(limit, due) else due
        else:
            self._finished = not entries
            self._taken += len(entries)
        return entries

    def finished(self) -> bool:
        return self._finished


class AtSpeed:
    """Multiplies the source's own pace by `speed`."""

    def __init__(self, source: PacedSource, speed: float) -> None:
        self._source = source
        self._speed = speed

    def take(self, elapsed: float, limit: int) -> list[Entry]:
        return self._source.take_until(elapsed * self._speed, limit)

    def finished(self) -> bool:
        return self._source.due() is None


def choose_pace(source: Source, rate: float | None = None, speed: float | None = None) -> Pace:
    """Returns the pace asked for, else the source's own, else DEFAULT_RATE.

    Raises SourceError where none can be sped up.
    """
    if rate is None and isinstance(source, PacedSource):
        return AtSpeed(source, 1 if speed is None else speed)
    if speed is not None:
        raise SourceError("--speed is for orders, which have a pace of their own; here give --rate.")
    return AtRate(source, DEFAULT_RATE if rate is None else rate)


class Producer:
    """Puts the records that fall due, until `count` records, `duration` seconds or the end of the source.

    Time starts at the first step. When puts are slower than the pace, overdue records are put in full batches of
    `most`.
    """

    def __init__(
        self,
        stream: Stream,
        pace: Pace,
        *,
        count: int | None = None,
        duration: float | None = None,
        most: int = RECORDS_A_PUT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sent = 0  # records that the stream has confirmed
        self._stream = stream
        self._pace = pace
        self._count = inf if count is None else count
        self._duration = inf if duration is None else duration
        self._most = most
        self._monotonic = monotonic
        self._started: float | None = None
        self._next_put = 0.0
        self._over = False
        self._waiting: list[Entry] = []  # taken, but the stream was down
        self._outage = OutageLog(logger, monotonic)

    @property
    def elapsed(self) -> float:
        """Returns the seconds since the first step."""
        return 0.0 if self._started is None else self._monotonic() - self._started

    def finished(self) -> bool:
        return not self._waiting and (self._over or self.sent >= self._count or self._pace.finished())

    def step(self) -> bool:
        """Puts one batch, if any record is due.

        Returns whether there was one. Raises the errors of the stream and the source.

        A stream that is down is tried again each second, if it has ever taken a record; no record is left out.
        """
        if self._started is None:
            self._started = self._monotonic()
        elapsed = self.elapsed
        if self._waiting:
            return elapsed >= self._next_put and self._put(self._waiting, elapsed)
        if elapsed >= self._duration:  # one last look for records that fell due since the step before
            elapsed, self._over = self._duration, True
        elif elapsed < self._next_put:
            return False
        limit = int(min(self._most, self._count - self.sent))
        entries = self._pace.take(elapsed, limit)
        if not entries:
            return False
        return self._put(entries, elapsed)

    def _put(self, entries: list[Entry], elapsed: float) -> bool:
        try:
            self._stream.put(entries)
        except StreamDownError as error:
            left = entries if error.left is None else list(error.left)
            self.sent += len(entries) - len(left)
            if not self.sent:
                raise
            self._outage.failure(error)
            self._waiting, self._next_put = left, elapsed + RETRY
            return False
        self._outage.recovered()
        self.sent += len(entries)
        self._waiting = []
        self._next_put = 0.0 if len(entries) == self._most else elapsed + LINGER
        return True
