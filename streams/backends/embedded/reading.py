"""Finds and unpacks the batches of an embedded stream's shard."""

import sqlite3

import msgspec

from streams.backends.embedded.rows import decode
from streams.core.records import SHARD_END, Batch, From, Position, ShardError, StreamError

LAST = (1 << 63) - 1  # the highest sequence number that SQLite can hold; Kinesis' are longer


class UnreadableError(Exception):
    """Means that a batch is damaged; the message names its records."""


def read(
    db: sqlite3.Connection, shard: int, position: Position, limit: int, most: int
) -> tuple[list[Batch], bool, int | None]:
    """Returns the batches from a position on, whether they reach the shard's tip, and how many records are before.

    Takes up to `limit` records and about `most` bytes, but at least one batch. Raises UnreadableError if a batch is
    damaged, ShardError for a place that no embedded stream has.
    """
    if position == SHARD_END:
        return [], True, None
    condition, value, skip_to = start_of(position)
    rows = db.execute(
        "SELECT first_sequence, last_sequence, arrived, data, before"  # noqa: S608 - one of three constants
        f" FROM batches WHERE shard = ? AND {condition} ORDER BY last_sequence",
        [shard, value],
    )
    batches: list[Batch] = []
    begins: int | None = None
    size = 0
    for first, last, arrived, data, before in rows:
        skip = max(0, skip_to - first)
        if not batches and before is not None:
            begins = before + skip
        batch = unpacked(first, last, arrived, data).slice(skip)
        batches.append(batch.slice(0, limit))
        limit -= len(batch.keys)
        size += len(data)
        if limit <= 0 or size >= most:
            return batches, limit >= 0 and rows.fetchone() is None, begins
    return batches, True, begins


def count(db: sqlite3.Connection, shard: int, position: Position) -> int:
    """Returns the number of records from a position on. Raises the same ShardError as read."""
    if position == SHARD_END:
        return 0
    condition, value, first = start_of(position)
    rows = db.execute(
        f"SELECT sum(last_sequence - max(first_sequence, ?) + 1) FROM batches WHERE shard = ? AND {condition}",  # noqa: S608 - one of three constants
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
            return "last_sequence > ?", 0, 0
        case From.AFTER_SEQUENCE_NUMBER if position.value >= LAST:
            raise ShardError(
                f"{position} is no place in an embedded stream, whose sequence numbers have 19 digits:"
                " the lease is damaged. docs/monitoring.md says how to repair it."
            )
        case From.AFTER_SEQUENCE_NUMBER:
            return "last_sequence > ?", value, value + 1
        case From.AT_TIMESTAMP:
            return "arrived >= ?", value, 0
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
