"""Defines the interface of an event stream; tests/contracts/test_stream.py holds every implementation to it."""

from collections.abc import Sequence
from typing import Protocol

from streams.core.records import Description, Entry, Page, Position


class Stream(Protocol):
    """Describes one stream, by name, of one stream service. Every method may raise StreamError."""

    @property
    def name(self) -> str: ...

    def create(self, shards: int = 1) -> None:
        """Creates the stream with equal hash ranges. Raises StreamExistsError."""

    def describe(self) -> Description:
        """Returns status and shards; closed shards are included while they retain records."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Appends in order. When it returns, every entry is durable; the order within a partition key is kept.

        Raises InvalidRecordError before any entry is written.
        """

    def now(self) -> int:
        """Returns the service's own time, in milliseconds: the clock that stamps records.

        It is ahead of a later stamp by at most a moment, and no clock of a machine that reads or puts moves it. Code
        that decides whether data are complete, late, newest or expired compares with this time only.
        """

    def read(self, shard: str, position: Position, limit: int) -> Page:
        """Returns up to `limit` records from a position on; never waits for one to arrive.

        At the tip, `watermark` comes from the service's own time.
        """

    def split(self, shard: str, at: int | None = None) -> None:
        """Closes an open shard and makes two children of its range, the second from hash `at` on (default: the middle).

        Raises StreamError if the shard is not open, or `at` is not inside its range.
        """

    def merge(self, shard: str, neighbour: str) -> None:
        """Closes two open shards whose ranges touch and makes one child of both. Raises StreamError."""

    def sequence_text(self, sequence: int) -> str:
        """Returns a sequence number in the service's own format, for people."""

    def delete(self) -> None:
        """Removes the stream and its records."""
