"""Creates, splits, merges and drops the shards of an embedded stream, inside its caller's transaction."""

import sqlite3
from bisect import bisect_right
from typing import NamedTuple

from common.running import to_run
from streams.core.hashing import even_ranges
from streams.core.records import Shard, StreamError

SCHEMA = """
CREATE TABLE IF NOT EXISTS shards (
    id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, name TEXT NOT NULL,
    hash_start TEXT NOT NULL, hash_end TEXT NOT NULL, -- 32 hexadecimal digits, both inclusive
    parents TEXT NOT NULL DEFAULT '',                 -- names, with a space between
    closed INTEGER NOT NULL DEFAULT 0,                -- when, in milliseconds; 0 while open
    records INTEGER NOT NULL DEFAULT 0,
    UNIQUE (stream, name)
);
CREATE TABLE IF NOT EXISTS dropped_shards (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, name TEXT NOT NULL,
    records INTEGER NOT NULL, -- that it ever held
    PRIMARY KEY (stream, name)
) WITHOUT ROWID;
"""


class OpenShards(NamedTuple):
    """Holds the open shards of a stream as columns, in the order of their hashes."""

    starts: list[int]  # the first hash of each
    numbers: list[int]  # in the file
    names: list[str]
    totals: list[int]  # records that each ever held


class _Open(NamedTuple):
    name: str
    start: int
    end: int


def make_first(db: sqlite3.Connection, stream: int, count: int) -> None:
    for start, end in even_ranges(count):
        _make(db, stream, start, end)
    # The numbers just before those of the records, so that each shard begins at a number of its own.
    db.execute(
        "UPDATE shards SET starts = (SELECT next_sequence FROM streams WHERE id = ?1) - ?2 + id - ("
        "SELECT min(id) FROM shards WHERE stream = ?1) WHERE stream = ?1",
        [stream, count],
    )


def described(db: sqlite3.Connection, stream: int) -> list[Shard]:
    """Returns all stored shards, closed ones included, by name."""
    rows = db.execute(
        "SELECT name, hash_start, hash_end, parents, NOT closed, records FROM shards WHERE stream = ? ORDER BY name",
        [stream],
    )
    return [
        Shard(name, int(start, 16), int(end, 16), tuple(parents.split()), bool(is_open), records)
        for name, start, end, parents, is_open, records in rows
    ]


def open_ranges(db: sqlite3.Connection, stream: int) -> OpenShards:
    """Returns the open shards of a stream."""
    rows = db.execute(
        "SELECT hash_start, id, name, records + trimmed FROM shards WHERE stream = ? AND NOT closed ORDER BY 1",
        [stream],
    ).fetchall()
    starts, numbers, names, totals = map(list, zip(*rows, strict=True))
    return OpenShards([int(start, 16) for start in starts], numbers, names, totals)


def number(db: sqlite3.Connection, stream: str, name: str) -> int | None:
    """Returns the number of a shard in the file, given the names of its stream and of itself; None if there is none."""
    row = db.execute(
        "SELECT shards.id FROM shards JOIN streams ON streams.id = stream WHERE streams.name = ? AND shards.name = ?",
        [stream, name],
    ).fetchone()
    return row and int(row[0])


def split(db: sqlite3.Connection, stream: int, name: str, at: int | None, now: int) -> None:
    shard = _open(db, stream, name)
    if at is None:
        at = (shard.start + shard.end + 1) // 2
    if not shard.start < at <= shard.end:
        raise StreamError(f"Shard {name!r} cannot be split at {at}: choose from {shard.start + 1} to {shard.end}.")
    _close(db, stream, name, now)
    _make_child(db, stream, shard.start, at - 1, name)
    _make_child(db, stream, at, shard.end, name)


def merge(db: sqlite3.Connection, stream: int, name: str, neighbour: str, now: int) -> str:
    """Merges two shards with touching ranges, and returns the name of their child."""
    low, high = sorted((_open(db, stream, name), _open(db, stream, neighbour)), key=lambda shard: shard.start)
    if low.end + 1 != high.start:
        raise StreamError(f"Shards {name!r} and {neighbour!r} cannot be merged: their hash ranges do not touch.")
    _close(db, stream, name, now)
    _close(db, stream, neighbour, now)
    return _make_child(db, stream, low.start, high.end, f"{name} {neighbour}")


def scale(db: sqlite3.Connection, stream: int, count: int, now: int) -> None:
    """Makes `count` open shards of even ranges, by splits of two and merges of two, as Kinesis does."""
    wanted = [start for start, _ in even_ranges(count)]
    for at in wanted:
        starts, _, found, _ = open_ranges(db, stream)
        place = bisect_right(starts, at) - 1
        if starts[place] != at:
            split(db, stream, found[place], at, now)
    starts, _, found, _ = open_ranges(db, stream)
    kept = set(wanted)
    left = found[0]
    for start, name in zip(starts[1:], found[1:], strict=True):
        left = name if start in kept else merge(db, stream, left, name, now)


def drop_spent(db: sqlite3.Connection, stream: int, before: int) -> None:
    """Drops empty shards that were closed before that time; stores how many records they had."""
    spent = (
        "FROM shards WHERE stream = ? AND closed > 0 AND closed < ?"
        " AND NOT EXISTS (SELECT 1 FROM batches WHERE shard = shards.id)"
    )
    db.execute(
        f"INSERT OR IGNORE INTO dropped_shards SELECT stream, name, records + trimmed {spent}",
        [stream, before],
    )
    db.execute(f"DELETE {spent}", [stream, before])


def dropped(db: sqlite3.Connection, stream: int) -> dict[str, int]:
    """Returns the total records of each dropped shard, by name."""
    return dict(db.execute("SELECT name, records FROM dropped_shards WHERE stream = ?", [stream]))


def _open(db: sqlite3.Connection, stream: int, name: str) -> _Open:
    row = db.execute(
        "SELECT hash_start, hash_end, closed FROM shards WHERE stream = ? AND name = ?", [stream, name]
    ).fetchone()
    if row is None:
        raise StreamError(f"The stream has no shard {name!r}. To see its shards: {to_run('streams', 'status')}")
    if row[2]:
        raise StreamError(f"Shard {name!r} is closed. Only an open shard can be split or merged.")
    return _Open(name, int(row[0], 16), int(row[1], 16))


def _close(db: sqlite3.Connection, stream: int, name: str, now: int) -> None:
    db.execute(
        "UPDATE shards SET closed = ?, ends = ? WHERE stream = ? AND name = ?", [now, _take(db, stream), stream, name]
    )


def _take(db: sqlite3.Connection, stream: int) -> int:
    """Takes a sequence number that no record will have."""
    [(taken,)] = db.execute(
        "UPDATE streams SET next_sequence = next_sequence + 1 WHERE id = ? RETURNING next_sequence - 1", [stream]
    ).fetchall()
    return int(taken)


def _make_child(db: sqlite3.Connection, stream: int, start: int, end: int, parents: str) -> str:
    name = _make(db, stream, start, end, parents)
    starts = _take(db, stream)
    db.execute("UPDATE shards SET starts = ? WHERE stream = ? AND name = ?", [starts, stream, name])
    return name


def _make(db: sqlite3.Connection, stream: int, start: int, end: int, parents: str = "") -> str:
    # The highest number is always an open shard's, since children are newer than parents: no number is reused.
    (last,) = db.execute("SELECT max(name) FROM shards WHERE stream = ?", [stream]).fetchone()
    name = f"shardId-{int(last.partition('-')[2]) + 1 if last else 0:012}"
    db.execute(
        "INSERT INTO shards (stream, name, hash_start, hash_end, parents) VALUES (?, ?, ?, ?, ?)",
        [stream, name, f"{start:032x}", f"{end:032x}", parents],
    )
    return name
