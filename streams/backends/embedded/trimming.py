"""Drops what is past the retention of an embedded stream, inside its caller's transaction."""

import sqlite3

from streams.backends.embedded import minutes, receipts, shard_rows
from streams.backends.embedded.heads import Head
from streams.core import clock

TRIM_EVERY = clock.MINUTE
TRIM_ROWS = 500  # most rows at a time, so that no put waits long


def trim(db: sqlite3.Connection, head: Head, before: int, now: int) -> None:
    """Drops batches that arrived before a time; continues at the next put if more remain than one round takes."""
    old = db.execute(
        "SELECT batches.id, shard, last_sequence - first_sequence + 1 FROM batches JOIN shards ON shards.id = shard"
        " WHERE stream = ? AND arrived < ? LIMIT ?",
        [head.stream, before, TRIM_ROWS],
    ).fetchall()
    db.executemany(
        "UPDATE shards SET records = records - ?1, trimmed = trimmed + ?1 WHERE id = ?2",
        [(n, shard) for _, shard, n in old],
    )
    db.executemany("DELETE FROM batches WHERE id = ?", [(batch,) for batch, _, _ in old])
    shard_rows.drop_spent(db, head.stream, before)
    receipts.forget(db, head.stream, now + TRIM_EVERY)
    minutes.forget(db, head.stream, before)
    head.next_trim = 0 if len(old) == TRIM_ROWS else now + TRIM_EVERY
    db.execute("UPDATE streams SET next_trim = ? WHERE id = ?", [head.next_trim, head.stream])
