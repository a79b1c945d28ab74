"""Does all else that pages and the Kinesis API can do with a stream: retention, shards, tags, consumers."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from streams.backends.embedded import shard_rows, stream_rows
from streams.backends.embedded.limits import LimitedStream
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.stream_rows import Consumer, Properties
from streams.backends.limits import up_to
from streams.backends.retrying import BusyError
from streams.core import clock
from streams.core.records import Page, Position, StreamError


class ShardRow(NamedTuple):
    """Describes a shard with its times (milliseconds) and its first and last sequence numbers; 0 while it is open."""

    id: str
    hash_start: int
    hash_end: int
    parents: tuple[str, ...]
    closed: int
    starts: int
    ends: int
    created: int = 0  # when its parents were closed; 0 for a first shard


class RefusedError(StreamError):
    """Means that the stream's state does not allow the change; the message is a sentence for people."""


class Administration(LimitedStream):
    """Reads and changes all that a stream has. Without limits, it appends and reads as EmbeddedStream does."""

    def all_names(self) -> list[str]:
        """Returns the streams of the store, sorted by name."""
        with self._in_our_words():
            return [name for (name,) in self._db.execute("SELECT name FROM streams ORDER BY name")]

    def open_shards_of_all(self) -> int:
        """Returns the number of open shards in the store."""
        with self._in_our_words():
            return int(self._db.execute("SELECT count(*) FROM shards WHERE NOT closed").fetchone()[0])

    def make(self, shards: int, max_record: int | None = None, tags: dict[str, str] | None = None) -> None:
        """Creates the stream with these properties. Raises StreamExistsError."""
        with self._transaction():
            number = self._make(shards)
            if max_record is not None:
                stream_rows.set_max_record(self._db, number, max_record)
            stream_rows.set_tags(self._db, number, tags or {})

    def properties(self) -> Properties:
        """Returns the stream's properties. Raises StreamNotFoundError."""
        with self._in_our_words():
            found = stream_rows.properties(self._db, self.name)
            if found is None:
                self._stream("id")
                raise StreamError(f"The stream {self.name!r} was deleted a moment ago.")
            return found

    def shards(self) -> list[ShardRow]:
        """Returns all stored shards by name, closed ones included. Raises StreamNotFoundError."""
        with self._in_our_words(), self._snapshot():
            [number] = self._stream("id")
            rows = self._db.execute(
                "SELECT name, hash_start, hash_end, parents, closed, starts, ends FROM shards"
                " WHERE stream = ? ORDER BY name",
                [number],
            ).fetchall()
        found = [
            ShardRow(name, int(start, 16), int(end, 16), tuple(parents.split()), *rest)
            for name, start, end, parents, *rest in rows
        ]
        closed = {shard.id: shard.closed for shard in found}
        return [
            shard._replace(created=max((closed.get(parent, 0) for parent in shard.parents), default=0))
            for shard in found
        ]

    def identity(self) -> str:
        """Returns the identity of the stream, as its pages tell it."""
        with self._in_our_words():
            return f"embedded:{self._stream('identity')[0]}"

    def tip(self) -> int:
        """Returns a sequence number that is past all stored records and before all later ones."""
        with self._in_our_words():
            return int(self._stream("next_sequence")[0]) - 1

    def oldest(self, shard: str) -> int | None:
        """Returns the arrival of a shard's oldest record, in milliseconds; None if it holds none."""
        with self._in_our_words():
            number = self._shard(shard)
            row = self._db.execute("SELECT min(arrived) FROM batches WHERE shard = ?", [number]).fetchone()
        return None if row[0] is None else int(row[0])

    def read_or_refuse(self, shard: str, position: Position, limit: int) -> Page:
        """Reads like `read`, but raises BusyError where the limits refuse the read. Raises ShardGoneError."""
        page = self.read(shard, position, limit)
        if not page.batches and page.watermark is None and not page.ended:
            raise BusyError(f"Rate exceeded for shard {shard} in stream {self.name}.")
        return page

    def read_freely(self, shard: str, position: Position, limit: int, size: int) -> Page:
        """Reads at most `size` bytes, but at least a record, without counting against the limits of reads."""
        return up_to(EmbeddedStream.read(self, shard, position, limit), size)

    def set_retention(self, hours: int) -> None:
        with self._changing() as number:
            stream_rows.set_retention(self._db, number, hours * 60 * clock.MINUTE)

    def set_max_record(self, size: int) -> None:
        with self._changing() as number:
            stream_rows.set_max_record(self._db, number, size)

    def tags(self) -> dict[str, str]:
        with self._in_our_words():
            return stream_rows.tags(self._db, self._stream("id")[0])

    def add_tags(self, tags: dict[str, str], most: int) -> None:
        """Adds or replaces tags. Raises RefusedError if the stream would have more than `most`."""
        with self._changing() as number:
            stream_rows.set_tags(self._db, number, tags)
            if len(stream_rows.tags(self._db, number)) > most:
                raise RefusedError(f"A stream cannot have more than {most} tags.")

    def drop_tags(self, names: list[str]) -> None:
        with self._changing() as number:
            stream_rows.drop_tags(self._db, number, names)

    def consumers(self) -> list[Consumer]:
        with self._in_our_words():
            return stream_rows.consumers(self._db, self._stream("id")[0])

    def register(self, name: str, most: int) -> Consumer:
        """Registers a consumer. Raises RefusedError if there is one of that name, or `most` already."""
        with self._changing() as number:
            found = stream_rows.consumers(self._db, number)
            if name in {consumer.name for consumer in found}:
                raise RefusedError("exists")
            if len(found) >= most:
                raise RefusedError("limit")
            consumer = Consumer(name, self._clock.write())
            stream_rows.add_consumer(self._db, number, consumer)
            return consumer

    def deregister(self, name: str) -> None:
        with self._changing() as number:
            stream_rows.drop_consumer(self._db, number, name)

    def delete_unless_read(self) -> None:
        """Deletes the stream. Raises RefusedError if it has registered consumers."""
        with self._changing() as number:
            if stream_rows.consumers(self._db, number):
                raise RefusedError("It has registered consumers.")
            self._db.execute("DELETE FROM streams WHERE id = ?", [number])

    def scale(self, count: int) -> tuple[int, int]:
        """Makes `count` open shards of even ranges in one transaction; returns the numbers before and after.

        Raises RefusedError for more than double or less than half of them.
        """
        with self._changing() as number:
            before = len(shard_rows.open_ranges(self._db, number).names)
            if not before <= 2 * count or not count <= 2 * before:
                raise RefusedError(f"{before}")
            shard_rows.scale(self._db, number, count, self._clock.write())
            return before, count

    def reshard(self, count: int) -> int:
        """Makes `count` open shards of even ranges, however many there are; returns how many there were."""
        with self._changing() as number:
            before = len(shard_rows.open_ranges(self._db, number).names)
            shard_rows.scale(self._db, number, count, self._clock.write())
            return before

    @contextmanager
    def _changing(self) -> Iterator[int]:
        """Begins a transaction, and gives the stream's number in the file."""
        with self._transaction():
            yield self._stream("id")[0]


def heads(db: sqlite3.Connection) -> dict[tuple[str, str], tuple[int, int]]:
    """Returns, by stream and shard, how many records a shard ever held, and when it was closed: enough to see news."""
    rows = db.execute(
        "SELECT streams.name, shards.name, records + trimmed, closed FROM shards JOIN streams ON streams.id = stream"
    )
    return {(stream, shard): (records, closed) for stream, shard, records, closed in rows}
