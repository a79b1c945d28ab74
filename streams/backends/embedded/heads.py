"""Reads and stores what a writer has to know of a stream: its row, and its open shards."""

import sqlite3

import msgspec

from streams.backends.embedded import minutes, shard_rows
from streams.backends.embedded.shard_rows import OpenShards
from streams.backends.embedded.store_file import Version, version_of
from streams.core import clock
from streams.core.facts import Minute


class Head(msgspec.Struct):
    """Holds the row of a stream, and its open shards. Times are in milliseconds."""

    version: Version  # of the file, when this was true
    shards: OpenShards
    stream: int  # its number in the file
    retention: int
    most: int  # bytes of the largest record
    next_trim: int
    sequence: int  # of the next record
    arrived: int  # the newest given stamp
    clock: str
    minute: int  # since 1970, of the newest records
    records: int  # that arrived in this minute
    size: int  # bytes of these

    def count(self, records: int, size: int) -> None:
        """Counts records of the present minute."""
        self.records += records
        self.size += size


def present(db: sqlite3.Connection, name: str, known: Head | None) -> Head | None:
    """Returns the head of a stream: `known` while nobody else has written. None if there is no stream of that name.

    Call it inside a transaction. `known` was read by this connection, and its transaction was not rolled back.
    """
    version = version_of(db)
    if known and known.version == version:
        return known
    row = db.execute(
        "SELECT id, retention, max_record, next_trim, next_sequence, last_arrived, clock,"
        " minute, minute_records, minute_bytes FROM streams WHERE name = ?",
        [name],
    ).fetchone()
    return row and Head(version, shard_rows.open_ranges(db, row[0]), *row)


def move_on(db: sqlite3.Connection, head: Head, now: int) -> None:
    """Begins a new minute of the counts, if the time `now` is in one."""
    if now // clock.MINUTE != head.minute:
        minutes.store(db, head.stream, Minute(head.minute, head.records, head.size))
        head.minute, head.records, head.size = now // clock.MINUTE, 0, 0


def store(db: sqlite3.Connection, head: Head) -> None:
    """Stores what changes with each put. It is the last statement of a transaction, so that the head stays true."""
    db.execute(
        "UPDATE streams SET next_sequence = ?, last_arrived = ?, clock = ?,"
        " minute = ?, minute_records = ?, minute_bytes = ? WHERE id = ?",
        [head.sequence, head.arrived, head.clock, head.minute, head.records, head.size, head.stream],
    )
    head.version = head.version[0], db.total_changes
