"""The shapes of a source, and the one implementation of a source that has a pace of its own."""

from collections.abc import Iterator
from math import inf
from typing import Protocol, runtime_checkable

from streams.core.records import Entry

TimedEntry = tuple[float, Entry]  # seconds since the source's first record, never falling; the record


class SourceError(ValueError):
    """A source that cannot be read or made as asked; the message is a sentence for people."""


class Source(Protocol):
    """Records, in order. Never waits, sleeps or looks at a clock. Every method may raise SourceError."""

    @property
    def skipped(self) -> int:
        """How many rows could not be made into records so far."""

    def take(self, limit: int) -> list[Entry]:
        """The next records, at most `limit` (from 1). Fewer only at the end; none when there are no more."""


@runtime_checkable
class PacedSource(Source, Protocol):
    """A source that knows when each record happened."""

    def due(self) -> float | None:
        """When the next record happened, in seconds since the first one; None when there are no more."""

    def take_until(self, seconds: float, limit: int) -> list[Entry]:
        """The next records that happened up to `seconds` after the first one, at most `limit`."""


class Timed:
    """A PacedSource over timed entries; holds one of them in hand, to know when it is due."""

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
        """Raises a failure only after every record before it was taken: what could be read is not lost."""
        if self._failure:
            raise self._failure
