"""Keeps an event stream in one SQLite file, for a laptop or a single server: many processes, no daemon.

It behaves like Kinesis, with one difference that makes it fast: it stores batches, not records. One row holds up to
4,096 records of a shard as one MessagePack blob, stamped and numbered inside the transaction that writes it. SQLite
allows one writer at a time; thus sequence numbers and arrival stamps grow together. Stamps come from a clock of the
stream's own, streams.backends.embedded.own_clock.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, NoReturn

from common.running import to_run
from streams.backends.embedded import appending, heads, own_clock, receipts, rows, shard_rows, trimming
from streams.backends.embedded.appending import Appender, Checked, Refuse, Writing, Written
from streams.backends.embedded.heads import Head
from streams.backends.embedded.own_clock import Look, Reading
from streams.backends.embedded.reading import UnreadableError, count, read
from streams.backends.embedded.settling import SETTLE, in_time
from streams.backends.embedded.store_file import StoreFile, Version, version_of
from streams.backends.embedded.stream_time import OwnTime
from streams.core import clock, names
from streams.core.records import (
    Description,
    Entry,
    InvalidRecordError,
    Page,
    Position,
    ShardError,
    ShardGoneError,
    StreamDownError,
    StreamError,
    StreamExistsError,
    StreamNotFoundError,
)

RETENTION = 24 * 60 * clock.MINUTE  # Kinesis' default
# The first sequence number comes from the clock, so that those of a recreated stream are past all old checkpoints.
SEQUENCES_A_MILLISECOND = 1_000_000


class EmbeddedStream:
    """Accesses one stream of an embedded store. Not for several threads at once."""

    _bytes_a_read = rows.BYTES_A_READ

    def __init__(
        self, path: Path, name: str, now: clock.Clock | None = None, *, look: Look = own_clock.machine
    ) -> None:
        """Opens the store's file. `look` reads the clocks of the machine; `now`, if given, replaces both."""
        self.path = path
        self.name = name
        self._version: Version | None = None  # version of the file at the last read
        # Reads that found nothing at that version: the stream's identity, and the shard's total records.
        self._empty: dict[tuple[str, Position], tuple[str, int]] = {}
        self._head: Head | None = None  # after the last append
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = StoreFile(path)
        except sqlite3.Error as error:
            raise StreamError(f"The embedded stream in {path} cannot be opened: {error}") from error
        self._db = self._file.db
        self._clock = OwnTime(self._db, name, look if now is None else own_clock.handed_in(now))

    def close(self) -> None:
        self._db.close()

    @classmethod
    def names(cls, path: Path) -> list[str]:
        """Returns the streams of a store, sorted by name."""
        stream = cls(path, "")
        try:
            return [name for (name,) in stream._db.execute("SELECT name FROM streams ORDER BY name")]
        finally:
            stream.close()

    def create(self, shards: int = 1) -> None:
        with self._transaction():
            self._make(shards)

    def _make(self, shards: int) -> int:
        """Makes the stream, inside a transaction, and returns its number in the file."""
        if fault := names.stream_fault(self.name):
            raise StreamError(fault)
        if self._db.execute("SELECT 1 FROM streams WHERE name = ?", [self.name]).fetchone():
            raise StreamExistsError(f"There is a stream {self.name!r} already.")
        tick = self._clock.tick(("", 0), self._clock.look())
        now = tick.now
        row = self._db.execute(
            "INSERT INTO streams (name, retention, next_sequence, identity, clock, created) VALUES (?, ?, ?, ?, ?, ?)",
            [self.name, RETENTION, now * SEQUENCES_A_MILLISECOND, token_hex(16), tick.text, now],
        )
        number = row.lastrowid or 0
        shard_rows.make_first(self._db, number, shards)
        return number

    def describe(self) -> Description:
        with self._in_our_words(), self._snapshot():
            stream, retention, identity = self._stream("id, retention, identity")
            shards = shard_rows.described(self._db, stream)
            dropped = shard_rows.dropped(self._db, stream)
        hours = retention // (60 * clock.MINUTE)
        return Description(self.name, "ACTIVE", hours, shards, f"embedded:{identity}", dropped)

    def split(self, shard: str, at: int | None = None) -> None:
        with self._transaction():
            [stream] = self._stream("id")
            shard_rows.split(self._db, stream, shard, at, self._clock.write())

    def merge(self, shard: str, neighbour: str) -> None:
        with self._transaction():
            [stream] = self._stream("id")
            shard_rows.merge(self._db, stream, shard, neighbour, self._clock.write())

    def sequence_text(self, sequence: int) -> str:
        return str(sequence)

    def delete(self) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM streams WHERE id = ?", self._stream("id"))

    def largest_record(self) -> int:
        """Returns the size of the largest record that the stream takes, in bytes, key included."""
        with self._in_our_words():
            [most] = self._stream("max_record")
        return int(most)

    def put(self, entries: Sequence[Entry]) -> None:
        self.append([Writing(entries)])

    def append(self, writings: Sequence[Writing]) -> list[Written]:
        """Stores the records of many requests in one transaction, and returns what became of each.

        Raises InvalidRecordError before any record is stored.
        """
        try:
            requests = [appending.check(writing) for writing in writings]
            if not any(writing.entries or writing.marks for writing in writings):
                return [Written([], [])] * len(writings)
            return in_time(self._clock.look, self._transaction, lambda reading: self._append(requests, reading))
        except UnicodeEncodeError as error:
            raise InvalidRecordError(f"A partition key is not valid Unicode: {error}") from None

    def _append(self, requests: Sequence[Checked], reading: Reading) -> list[Written]:
        head = heads.present(self._db, self.name, self._head) or self._none()
        appending.check_sizes(requests, head.most)
        tick = self._clock.tick((head.clock, head.arrived), reading)
        head.arrived = now = tick.now
        head.clock = tick.text
        heads.move_on(self._db, head, now)
        answers = Appender(self._db, head, now).append(requests, self._refusals())
        if now >= head.next_trim:
            trimming.trim(self._db, head, tick.anchor.trim_before(now, head.retention), now)
        heads.store(self._db, head)
        self._head = head
        return answers

    def _refusals(self) -> Refuse | None:
        """Returns the function that refuses records beyond a limit; it is called inside the transaction."""
        return None

    def marks(self, prefix: str) -> dict[str, str]:
        """Returns the marks of senders whose names begin so: the positions that were stored with their records."""
        with self._in_our_words():
            return receipts.marks(self._db, self._stream("id")[0], prefix)

    def now(self) -> int:
        with self._in_our_words():
            self._stream("id")
            self._note_changes()
            return self._time(self._clock.look())

    def _time(self, reading: Reading) -> int:
        """Returns the stream's time at a look at the clocks. The first look after a boot sets the anchor anew."""
        found = self._clock.at(reading)
        if found is not None:
            return found
        try:
            with self._transaction():
                return self._clock.write()
        except StreamDownError:  # the disk is full, or the file is read-only
            return self._clock.newest()

    def read(self, shard: str, position: Position, limit: int) -> Page:
        try:
            reading = self._clock.look()  # before the read, so that `watermark` excludes later records
            self._note_changes()
            now = self._time(reading)
            empty = self._empty.get((shard, position))
            if empty is None:
                return self._page(shard, position, limit, now)
            self._file.recheck(reading.elapsed)
        except sqlite3.Error as error:
            raise self._told(error) from error
        identity, held = empty
        return Page([], now - SETTLE, identity=identity, begins=held)

    def _page(self, shard: str, position: Position, limit: int, now: int) -> Page:
        self._file.check()
        try:
            found = read(self._db, self.name, shard, position, limit, self._bytes_a_read) or self._no_shard(shard)
        except UnreadableError as error:
            raise ShardError(
                f"The embedded stream in {self.path} is damaged: {error} of {self.name}/{shard} cannot be read."
                " Bring the file back from a backup, as docs/backup.md says."
            ) from error
        identity = f"embedded:{found.identity}"
        if found.tip and not found.batches and not found.closed:
            self._empty[shard, position] = identity, found.held
        begins = found.begins if found.batches else found.held
        return Page(found.batches, now - SETTLE if found.tip else None, found.tip and found.closed, identity, begins)

    def count_from(self, shard: str, position: Position) -> int:
        """Returns the number of a shard's records from a position on; it reads only the numbers of the batches."""
        with self._in_our_words():
            return count(self._db, self._shard(shard), position)

    def _shard(self, name: str) -> int:
        """Returns a shard's number in the file."""
        return shard_rows.number(self._db, self.name, name) or self._no_shard(name)

    def _no_shard(self, name: str) -> NoReturn:
        self._stream("id")
        raise ShardGoneError(f"Stream {self.name!r} has no shard {name!r}.")

    def _note_changes(self) -> None:
        """Forgets cached facts of the file if another process has written: one cheap look at its header."""
        version = version_of(self._db)
        if version != self._version:
            self._version = version
            self._clock.forget()
            self._empty.clear()

    def _stream(self, columns: str) -> tuple[Any, ...]:
        row = self._db.execute(f"SELECT {columns} FROM streams WHERE name = ?", [self.name]).fetchone()  # noqa: S608 - ours
        return tuple(row or self._none())

    def _none(self) -> NoReturn:
        raise StreamNotFoundError(
            f"There is no stream {self.name!r}. Create it: {to_run('streams', 'create', self.name)}"
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
            self._file.check()
        except BaseException as error:
            self._head = None  # it may hold what is undone
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self._told(error) from error
            raise

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Makes all reads inside see the file in the state of one moment."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            self._file.check()
            yield
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _told(self, error: sqlite3.Error) -> StreamError:
        """Returns an error in our words. Raises StreamError if its cause is that the file was lost."""
        self._file.check()
        kind = StreamDownError if isinstance(error, sqlite3.OperationalError) else StreamError
        return kind(f"The embedded stream in {self.path} failed: {error}")
