"""Reads and changes what an embedded stream has besides shards and records: retention, largest record, tags, consumers.

Each function works inside its caller's transaction. Bounds: Amazon Kinesis API reference and quotas.
"""

import sqlite3
from typing import NamedTuple

SCHEMA = """
CREATE TABLE IF NOT EXISTS tags (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (stream, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS consumers (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, name TEXT NOT NULL, created INTEGER NOT NULL,
    PRIMARY KEY (stream, name)
) WITHOUT ROWID;
"""


class Properties(NamedTuple):
    """Describes a stream without its shards. Times are in milliseconds, sizes in bytes."""

    retention: int
    created: int  # 0 if the file is older than this column
    max_record: int
    identity: str
    open_shards: int
    consumers: int


class Consumer(NamedTuple):
    """Describes a registered consumer of enhanced fan-out."""

    name: str
    created: int  # milliseconds


def properties(db: sqlite3.Connection, name: str) -> Properties | None:
    """Returns the properties of a stream; None if there is none of that name."""
    row = db.execute(
        "SELECT retention, created, max_record, identity,"
        " (SELECT count(*) FROM shards WHERE stream = streams.id AND NOT closed),"
        " (SELECT count(*) FROM consumers WHERE stream = streams.id) FROM streams WHERE name = ?",
        [name],
    ).fetchone()
    return row and Properties(*row)


def set_retention(db: sqlite3.Connection, stream: int, milliseconds: int) -> None:
    db.execute("UPDATE streams SET retention = ?, next_trim = 0 WHERE id = ?", [milliseconds, stream])


def set_max_record(db: sqlite3.Connection, stream: int, size: int) -> None:
    db.execute("UPDATE streams SET max_record = ? WHERE id = ?", [size, stream])


def tags(db: sqlite3.Connection, stream: int) -> dict[str, str]:
    """Returns the tags, sorted by name."""
    return dict(db.execute("SELECT name, value FROM tags WHERE stream = ? ORDER BY name", [stream]).fetchall())


def set_tags(db: sqlite3.Connection, stream: int, tags: dict[str, str]) -> None:
    db.executemany("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", [(stream, *tag) for tag in tags.items()])


def drop_tags(db: sqlite3.Connection, stream: int, names: list[str]) -> None:
    db.executemany("DELETE FROM tags WHERE stream = ? AND name = ?", [(stream, name) for name in names])


def consumers(db: sqlite3.Connection, stream: int) -> list[Consumer]:
    """Returns the registered consumers, sorted by name."""
    rows = db.execute("SELECT name, created FROM consumers WHERE stream = ? ORDER BY name", [stream])
    return [Consumer(*row) for row in rows]


def add_consumer(db: sqlite3.Connection, stream: int, consumer: Consumer) -> None:
    db.execute("INSERT INTO consumers VALUES (?, ?, ?)", [stream, *consumer])


def drop_consumer(db: sqlite3.Connection, stream: int, name: str) -> None:
    db.execute("DELETE FROM consumers WHERE stream = ? AND name = ?", [stream, name])
