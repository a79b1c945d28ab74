"""Stores receipts of requests and marks of senders, inside the transaction that stores their records.

A receipt makes a repeated request store nothing. A mark is the position of a sender, such as how far a file is read.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from streams.core import clock

KEPT = 24 * 60 * clock.MINUTE
SCHEMA = """
CREATE TABLE IF NOT EXISTS receipts (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, key TEXT NOT NULL,
    digest TEXT NOT NULL, made INTEGER NOT NULL, answer BLOB NOT NULL,
    PRIMARY KEY (stream, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS receipts_by_age ON receipts (stream, made);
CREATE TABLE IF NOT EXISTS marks (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (stream, name)
) WITHOUT ROWID;
"""


class Receipt(NamedTuple):
    """Holds the digest of a request, and the shard and the number of each of its records."""

    digest: str
    shards: Sequence[str]
    sequences: Sequence[int]


def find(db: sqlite3.Connection, stream: int, now: int, key: str) -> Receipt | None:
    """Returns a receipt that is not older than KEPT; an older one may be there until the next trim."""
    row = db.execute(
        "SELECT digest, answer FROM receipts WHERE stream = ? AND key = ? AND made >= ?", [stream, key, now - KEPT]
    ).fetchone()
    return row and Receipt(row[0], *_unpacked(row[1]))


def keep(
    db: sqlite3.Connection,
    stream: int,
    now: int,
    key: str,
    digest: str,
    shards: Sequence[str],
    sequences: Sequence[int],
) -> None:
    row = [stream, key, digest, now, _packed(shards, sequences)]
    db.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)", row)  # in place of one that is too old


def forget(db: sqlite3.Connection, stream: int, now: int) -> None:
    """Drops the receipts that are older than KEPT."""
    db.execute("DELETE FROM receipts WHERE stream = ? AND made < ?", [stream, now - KEPT])


def marks(db: sqlite3.Connection, stream: int, prefix: str) -> dict[str, str]:
    """Returns the marks whose names begin so."""
    rows = db.execute(
        "SELECT name, value FROM marks WHERE stream = ?1 AND substr(name, 1, length(?2)) = ?2", [stream, prefix]
    )
    return dict(rows.fetchall())


def set_marks(db: sqlite3.Connection, stream: int, values: Mapping[str, str | None]) -> None:
    """Sets marks; None removes one."""
    for name, value in values.items():
        if value is None:
            db.execute("DELETE FROM marks WHERE stream = ? AND name = ?", [stream, name])
        else:
            db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", [stream, name, value])


class _Answer(msgspec.Struct, array_like=True):
    """Keeps the first number of each shard, and the place of each record's shard in that list.

    That is enough, because a request's records of one shard have successive numbers.
    """

    shards: list[str]
    firsts: list[int]
    places: list[int]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Answer).decode


def _packed(shards: Sequence[str], sequences: Sequence[int]) -> bytes:
    firsts: dict[str, int] = {}
    for shard, sequence in zip(shards, sequences, strict=True):
        firsts.setdefault(shard, sequence)
    order = {shard: place for place, shard in enumerate(firsts)}
    return _encode(_Answer(list(firsts), list(firsts.values()), [order[shard] for shard in shards]))


def _unpacked(blob: bytes) -> tuple[list[str], list[int]]:
    answer = _decode(blob)
    following = list(answer.firsts)
    sequences = []
    for place in answer.places:
        sequences.append(following[place])
        following[place] += 1
    return [answer.shards[place] for place in answer.places], sequences
