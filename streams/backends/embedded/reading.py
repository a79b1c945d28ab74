"""Finds and unpacks the batches of an embedded stream's shard."""

import sqlite3

import msgspec

from streams.backends.embedded.rows import decode
from streams.core.records import Batch, From, Position, ShardError, StreamError

LAST = (1 << 63) - 1  # the highest sequence number that SQLite can hold; Kinesis' are longer

BY_SEQUENCE, BY_ARRIVAL = "last_sequence > ?", "arrived >= ?"
# One statement, so that shard and batches are of one moment: a shard may be dropped, and its number used again.
_READS = {
    condition: "SELECT closed, records + trimmed, identity, first_sequence, last_sequence, arrived, data, before"  # noqa: S608 - one of two constants
    " FROM streams JOIN shards ON stream = streams.id"
    f" LEFT JOIN batches ON shard = shards.id AND {condition.replace('?', '?3')}"
    f" WHERE streams.name = ?1 AND shards.name = ?2 ORDER BY {order}"
    # Numbers and arrivals grow together: both orders are the same, and each is that of an index.
    for condition, order in ((BY_SEQUENCE, "last_sequence"), (BY_ARRIVAL, "arrived, last_sequence"))
}


class UnreadableError(Exception):
    """Means that a batch is damaged; the message names its records."""


class ShardPage(msgspec.Struct):
    """Holds a shard's row, and its batches from a position on, as they were at one moment."""

    closed: bool
    held: int  # total records, the trimmed ones included
    identity: str  # of the stream
    batches: list[Batch] = []
    tip: bool = True  # whether the batches reach the shard's end
    begins: int | None = None  # records before the first batch


def read(
    db: sqlite3.Connection, stream: str, shard: str, position: Position, limit: int, most: int
) -> ShardPage | None:
    """Returns the batches of a shard from a position on; None if there is no such stream or shard.

    Takes up to `limit` records and about `most` bytes, but at least one batch. Raises UnreadableError if a batch is
    damaged, ShardError for a place that no embedded stream has.
    """
    condition, value, skip_to = start_of(position)
    rows = db.execute(_READS[condition], [stream, shard, value])
    page: ShardPage | None = None
    for closed, held, identity, first, last, arrived, data, before in rows:
        if page is None:
            page = ShardPage(bool(closed), held, identity)
            if first is None:
                break
            page.begins = None if before is None else before + max(0, skip_to - first)
        skip = max(0, skip_to - first)
        records = last - first + 1 - skip
        batch = unpacked(first, last, arrived, data)
        page.batches.append(batch.slice(skip, skip + limit) if skip or records > limit else batch)
        limit -= records
        most -= len(data)
        if limit <= 0 or most <= 0:
            page.tip = limit >= 0 and rows.fetchone() is None
            break
    return page


def count(db: sqlite3.Connection, shard: int, position: Position) -> int:
    """Returns the number of records from a position on. Raises the same ShardError as read."""
    condition, value, first = start_of(position)
    rows = db.execute(
        f"SELECT sum(last_sequence - max(first_sequence, ?) + 1) FROM batches WHERE shard = ? AND {condition}",  # noqa: S608 - one of two constants
        [first, shard, value],
    )
    return rows.fetchone()[0] or 0


def start_of(position: Position) -> tuple[str, int, int]:
    """Returns the SQL condition on batches for a position, its value, and the first wanted sequence number.

    Raises ShardError for a sequence number that no embedded stream has.
    """
    value = min(position.value, LAST)
    match position.kind:
        case From.TRIM_HORIZON:
            return BY_SEQUENCE, 0, 0
        case From.SHARD_END:
            return BY_SEQUENCE, LAST, LAST
        case From.AFTER_SEQUENCE_NUMBER if position.value >= LAST:
            raise ShardError(
                f"{position} is no place in an embedded stream, whose sequence numbers have 19 digits:"
                " the lease is damaged. docs/monitoring.md says how to repair it."
            )
        case From.AFTER_SEQUENCE_NUMBER:
            return BY_SEQUENCE, value, value + 1
        case From.AT_TIMESTAMP:
            return BY_ARRIVAL, value, 0
        case _:
            raise StreamError(f"Reading cannot start at {position}: {From.LATEST} is now, a time of the caller's.")


def unpacked(first: int, last: int, arrived: int, data: bytes) -> Batch:
    """Returns the batch of a row. Raises UnreadableError."""
    try:
        keys, datas = decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
        raise UnreadableError(f"the batch of records {first} to {last} ({error})") from error
    if not len(keys) == len(datas) == last - first + 1:
        raise UnreadableError(f"the batch of records {first} to {last} (it holds {len(keys)})")
    return Batch(arrived, range(first, last + 1), keys, datas)
