"""Defines the interfaces of sources, and Timed, the one implementation of a source with its own pace."""

from collections.abc import Iterator
from math import inf
from typing import Protocol, runtime_checkable

from streams.core.records import Entry

TimedEntry = tuple[float, Entry]  # seconds since the source's first record, never decreasing; the record


class SourceError(ValueError):
    """Means that a source cannot be read or made; the message is a sentence for people."""


class Source(Protocol):
    """Returns records, in order. Never waits, sleeps or looks at a clock. Every method may raise SourceError."""

    @property
    def skipped(self) -> int:
        """Returns how many rows could not be made into records so far."""

    def take(self, limit: int) -> list[Entry]:
        """Returns the next records, at most `limit` (from 1). Fewer only at the end; none after it."""


@runtime_checkable
class PacedSource(Source, Protocol):
    """Knows when each record happened."""

    def due(self) -> float | None:
        """Returns when the next record happened, in seconds since the first one; None at the end."""

    def take_until(self, seconds: float, limit: int) -> list[Entry]:
        """Returns the next records that happened up to `seconds` after the first one, at most `limit`."""


@runtime_checkable
class LiveSource(Source, Protocol):
    """Reads records from outside, where they may come later, and tells people of those that it cannot read.

    Its `take` may return fewer records than the limit, or none, before the end; it may wait for a moment.
    """

    def ended(self) -> bool:
        """Returns whether no more records will come."""

    def accept(self, most: int) -> None:
        """Sets the size in bytes, key included, of the largest record that the stream takes. Called once, at first."""

    def notes(self) -> list[str]:
        """Returns the sentences for people since the last call."""

    def end(self) -> list[str]:
        """Closes the source and returns the sentences that sum up. Called once, also after an error."""


class Timed:
    """Makes a PacedSource of timed entries; it holds the next entry, to know when it is due."""

    def __init__(self, entries: Iterator[TimedEntry]) -> None:
        self._entries = entries
        self._failure: SourceError | None = None
        self._next: TimedEntry | None = None
        self._advance()
        self._check()

    @property
    def skipped(self) -> int:
        return 0

    def due(self) -> float | None:
        self._check()
        return self._next[0] if self._next else None

    def take(self, limit: int) -> list[Entry]:
        return self.take_until(inf, limit)

    def take_until(self, seconds: float, limit: int) -> list[Entry]:
        self._check()
        taken: list[Entry] = []
        while self._next and self._next[0] <= seconds and len(taken) < limit:
            taken.append(self._next[1])
            self._advance()
        return taken

    def _advance(self) -> None:
        try:
            self._next = next(self._entries, None)
        except SourceError as error:
            self._next, self._failure = None, error

    def _check(self) -> None:
        """Raises a failure only after every record before it was taken, so that no readable record is lost."""
        if self._failure:
            raise self._failure
