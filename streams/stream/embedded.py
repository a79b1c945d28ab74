"""An event stream in one SQLite file, for a laptop or a single server: many processes, no daemon.

It behaves as Kinesis does, with one difference that makes it fast: it stores batches, not records. One row holds up to
4,096 records of a shard as one MessagePack blob, stamped and numbered inside the transaction that writes it. SQLite's
one writer at a time is what makes sequence numbers and arrival stamps grow together.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from streams import clock, names
from streams.hashing import hash_key
from streams.records import (
    SHARD_END,
    Batch,
    Description,
    Entry,
    From,
    InvalidRecordError,
    Page,
    Position,
    StreamDownError,
    StreamError,
    StreamExistsError,
    StreamNotFoundError,
)
from streams.stream import embedded_rows, embedded_shards, limits

SCHEMA = """
CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    retention INTEGER NOT NULL,              -- milliseconds
    next_sequence INTEGER NOT NULL,
    last_arrived INTEGER NOT NULL DEFAULT 0, -- stamps never run backwards
    next_trim INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS batches (
    id INTEGER PRIMARY KEY, shard INTEGER NOT NULL REFERENCES shards ON DELETE CASCADE,
    first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, arrived INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_sequences ON batches (shard, last_sequence, first_sequence); -- enough to count records
DROP INDEX IF EXISTS by_sequence; -- as it was in older files
CREATE INDEX IF NOT EXISTS by_arrival ON batches (shard, arrived);
"""
RECORDS_A_ROW = 4096
BYTES_A_ROW = 1 << 20
RETENTION = 24 * 60 * clock.MINUTE  # Kinesis' default
# The first sequence number comes from the clock, so that those of a stream made anew are past all old checkpoints.
SEQUENCES_A_MILLISECOND = 1_000_000
LAST = (1 << 63) - 1  # sequence number that SQLite can hold; Kinesis' are longer
TRIM_EVERY = clock.MINUTE
TRIM_ROWS = 500  # at most at a time, so that no put waits long
SETTLE = 1000  # milliseconds: a stamp is taken before its commit is seen, so "nothing older will come" trails the clock


class EmbeddedStream:
    """One stream of an embedded store. Not for several threads at once."""

    _bytes_a_read = embedded_rows.BYTES_A_READ

    def __init__(self, path: Path, name: str, now: clock.Clock = clock.now) -> None:
        self.path = path
        self.name = name
        self._now = now
        self._version: tuple[int, int] | None = None  # of the file, when a read last looked
        self._empty: set[tuple[str, Position]] = set()  # the reads that found nothing at that version
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _connect(path)
        except sqlite3.Error as error:
            raise StreamError(f"The embedded stream in {path} cannot be opened: {error}") from error

    def close(self) -> None:
        self._db.close()

    @classmethod
    def names(cls, path: Path) -> list[str]:
        """The streams of a store, by name."""
        stream = cls(path, "")
        try:
            return [name for (name,) in stream._db.execute("SELECT name FROM streams ORDER BY name")]
        finally:
            stream.close()

    def create(self, shards: int = 1) -> None:
        if fault := names.stream_fault(self.name):
            raise StreamError(fault)
        with self._transaction():
            if self._db.execute("SELECT 1 FROM streams WHERE name = ?", [self.name]).fetchone():
                raise StreamExistsError(f"There is a stream {self.name!r} already.")
            row = self._db.execute(
                "INSERT INTO streams (name, retention, next_sequence) VALUES (?, ?, ?)",
                [self.name, RETENTION, self._now() * SEQUENCES_A_MILLISECOND],
            )
            embedded_shards.make_first(self._db, row.lastrowid or 0, shards)

    def describe(self) -> Description:
        with self._in_our_words():
            stream, retention = self._stream("id, retention")
            shards = embedded_shards.described(self._db, stream)
        return Description(self.name, "ACTIVE", retention // (60 * clock.MINUTE), shards)

    def split(self, shard: str, at: int | None = None) -> None:
        with self._transaction():
            stream, arrived = self._stream("id, last_arrived")
            embedded_shards.split(self._db, stream, shard, at, max(self._now(), arrived))

    def merge(self, shard: str, neighbour: str) -> None:
        with self._transaction():
            stream, arrived = self._stream("id, last_arrived")
            embedded_shards.merge(self._db, stream, shard, neighbour, max(self._now(), arrived))

    def sequence_text(self, sequence: int) -> str:
        return str(sequence)

    def delete(self) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM streams WHERE id = ?", self._stream("id"))

    def put(self, entries: Sequence[Entry]) -> None:
        try:
            self._put(entries)
        except UnicodeEncodeError as error:
            raise InvalidRecordError(f"A partition key is not valid Unicode: {error}") from None

    def _put(self, entries: Sequence[Entry]) -> None:
        for key, data in entries:
            limits.check(key, data)
        if not entries:
            return
        with self._transaction():
            self._append(entries)

    def _append(self, entries: Sequence[Entry]) -> None:
        stream, retention, sequence, arrived, next_trim = self._stream(
            "id, retention, next_sequence, last_arrived, next_trim"
        )
        now = max(self._now(), arrived)
        for shard, keys, datas in self._routed(stream, entries):
            self._db.execute(
                "INSERT INTO batches (shard, first_sequence, last_sequence, arrived, data) VALUES (?, ?, ?, ?, ?)",
                [shard, sequence, sequence + len(keys) - 1, now, embedded_rows.encode((keys, datas))],
            )
            self._db.execute("UPDATE shards SET records = records + ? WHERE id = ?", [len(keys), shard])
            sequence += len(keys)
        self._db.execute("UPDATE streams SET next_sequence = ?, last_arrived = ? WHERE id = ?", [sequence, now, stream])
        if now >= next_trim:
            self._trim(stream, now - retention, now + TRIM_EVERY)

    def read(self, shard: str, position: Position, limit: int) -> Page:
        with self._in_our_words():
            return self._page(shard, position, limit)

    def _page(self, shard: str, position: Position, limit: int) -> Page:
        now = self._now()
        if self._unchanged(shard, position):
            return Page([], now - SETTLE)
        number, closed = self._shard(shard)
        batches, tip = ([], True) if position == SHARD_END else self._read(number, position, limit)
        if tip and not batches and not closed:
            self._empty.add((shard, position))
        return Page(batches, now - SETTLE if tip else None, tip and closed)

    def count_from(self, shard: str, position: Position) -> int:
        """Records that a shard holds from a position on, by the numbers of its batches alone."""
        if position == SHARD_END:
            return 0
        condition, value, first = start_of(position)
        with self._in_our_words():
            number, _ = self._shard(shard)
            rows = self._db.execute(
                f"SELECT sum(last_sequence - max(first_sequence, ?) + 1) FROM batches WHERE shard = ? AND {condition}",  # noqa: S608 - one of three constants
                [min(first, LAST), number, min(value, LAST)],
            )
            return rows.fetchone()[0] or 0

    def _shard(self, name: str) -> tuple[int, bool]:
        """Its number in the file, and whether it is closed."""
        row = self._db.execute(
            "SELECT shards.id, closed FROM shards JOIN streams ON streams.id = stream"
            " WHERE streams.name = ? AND shards.name = ?",
            [self.name, name],
        ).fetchone()
        if row is None:
            self._stream("id")
            raise StreamError(f"Stream {self.name!r} has no shard {name!r}.")
        return row[0], bool(row[1])

    def _unchanged(self, shard: str, position: Position) -> bool:
        """Whether nobody has written since this same read found nothing: one cheap look at the file's header."""
        # data_version moves with the commits of others, total_changes with our own.
        version = (self._db.execute("PRAGMA data_version").fetchone()[0], self._db.total_changes)
        if version != self._version:
            self._version = version
            self._empty.clear()
        return (shard, position) in self._empty

    def _read(self, shard: int, position: Position, limit: int) -> tuple[list[Batch], bool]:
        """The batches from a position on, up to a bound in bytes, and whether they reach the shard's tip."""
        condition, value, skip_to = start_of(position)
        rows = self._db.execute(
            f"SELECT first_sequence, arrived, data FROM batches WHERE shard = ? AND {condition} ORDER BY last_sequence",  # noqa: S608 - one of three constants
            [shard, value],
        )
        return embedded_rows.page(rows, skip_to, limit, self._bytes_a_read)

    def _routed(self, stream: int, entries: Sequence[Entry]) -> Iterator[tuple[int, list[str], list[bytes]]]:
        """Entries by shard, in order, in pieces that fit a row."""
        starts, shards, _ = embedded_shards.open_ranges(self._db, stream)
        by_shard: dict[int, list[Entry]] = {shard: [] for shard in shards}
        if len(shards) == 1:
            by_shard[shards[0]] = list(entries)
        else:
            for entry in entries:
                by_shard[shards[bisect_right(starts, hash_key(entry[0])) - 1]].append(entry)
        for shard, mine in by_shard.items():
            for piece in limits.pieces(mine, RECORDS_A_ROW, BYTES_A_ROW):
                yield shard, [key for key, _ in piece], [data for _, data in piece]

    def _trim(self, stream: int, before: int, next_trim: int) -> None:
        """Drops batches past retention; comes back at the next put when there are more than one round takes."""
        old = self._db.execute(
            "SELECT batches.id, shard, last_sequence - first_sequence + 1 FROM batches JOIN shards ON shards.id = shard"
            " WHERE stream = ? AND arrived < ? LIMIT ?",
            [stream, before, TRIM_ROWS],
        ).fetchall()
        self._db.executemany(
            "UPDATE shards SET records = records - ? WHERE id = ?", [(n, shard) for _, shard, n in old]
        )
        self._db.executemany("DELETE FROM batches WHERE id = ?", [(batch,) for batch, _, _ in old])
        embedded_shards.drop_spent(self._db, stream, before)
        self._db.execute(
            "UPDATE streams SET next_trim = ? WHERE id = ?", [0 if len(old) == TRIM_ROWS else next_trim, stream]
        )

    def _stream(self, columns: str) -> tuple[Any, ...]:
        row = self._db.execute(f"SELECT {columns} FROM streams WHERE name = ?", [self.name]).fetchone()  # noqa: S608 - ours
        if row is None:
            raise StreamNotFoundError(
                f"There is no stream {self.name!r}. Create it: manage.py streams create {self.name}"
            )
        return tuple(row)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._in_our_words():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, msgspec.DecodeError, UnicodeDecodeError) as error:
            kind = StreamDownError if isinstance(error, sqlite3.OperationalError) else StreamError
            raise kind(f"The embedded stream in {self.path} failed: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")  # a put that returned survives the power cord
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA journal_size_limit = 67108864")
    db.executescript(SCHEMA + embedded_shards.SCHEMA)
    return db


def start_of(position: Position) -> tuple[str, int, int]:
    """The condition on batches for a position, its value, and the first sequence number wanted in the first of them."""
    match position.kind:
        case From.TRIM_HORIZON:
            return "last_sequence > ?", 0, 0
        case From.AFTER_SEQUENCE_NUMBER:
            return "last_sequence > ?", position.value, position.value + 1
        case From.AT_TIMESTAMP:
            return "arrived >= ?", position.value, 0
        case _:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")
