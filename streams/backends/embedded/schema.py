"""Creates the tables of an embedded stream's SQLite file, and upgrades the file of an older release.

To add a column, add a Step to UPGRADES: new files run the same steps as old ones.
"""

import sqlite3
from typing import NamedTuple

from streams.backends.embedded import minutes, receipts, shard_rows, stream_rows

TABLES = """
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


class Step(NamedTuple):
    """Describes a column that older files lack. `fill`, if any, sets its value in existing rows."""

    table: str
    column: str
    definition: str
    fill: str = ""


UPGRADES = [
    # Distinguishes streams of the same name, also in different files.
    Step("streams", "identity", "TEXT NOT NULL DEFAULT ''", "UPDATE streams SET identity = lower(hex(randomblob(16)))"),
    Step("shards", "trimmed", "INTEGER NOT NULL DEFAULT 0"),  # records dropped since the shard was created
    Step("batches", "before", "INTEGER"),  # the shard's records before this batch; NULL in older files
    Step("streams", "created", "INTEGER NOT NULL DEFAULT 0"),  # milliseconds; 0 in older files
    Step("streams", "max_record", "INTEGER NOT NULL DEFAULT 1048576"),  # bytes, as UpdateMaxRecordSize sets
    # The first number of a shard, and of a closed shard the last one, as Kinesis tells them. No record has them.
    Step(
        "shards",
        "starts",
        "INTEGER NOT NULL DEFAULT 0",
        "UPDATE shards SET starts = coalesce((SELECT min(first_sequence) FROM batches WHERE shard = shards.id),"
        " (SELECT next_sequence FROM streams WHERE streams.id = stream))",
    ),
    Step(
        "shards",
        "ends",
        "INTEGER NOT NULL DEFAULT 0",  # 0 while open
        "UPDATE shards SET ends = coalesce((SELECT max(last_sequence) FROM batches WHERE shard = shards.id), starts)"
        " WHERE closed",
    ),
    Step("streams", "clock", "TEXT NOT NULL DEFAULT ''"),  # the stream's own time: streams.backends.embedded.own_clock
    # The minute of the newest records, and what arrived in it: streams.backends.embedded.minutes.
    Step("streams", "minute", "INTEGER NOT NULL DEFAULT 0"),
    Step("streams", "minute_records", "INTEGER NOT NULL DEFAULT 0"),
    Step("streams", "minute_bytes", "INTEGER NOT NULL DEFAULT 0"),
]


def prepare(db: sqlite3.Connection) -> None:
    """Adds the tables and columns that the file lacks. Several processes may call it at once."""
    db.executescript(TABLES + shard_rows.SCHEMA + stream_rows.SCHEMA + minutes.SCHEMA + receipts.SCHEMA)
    if not _missing(db):
        return
    db.execute("BEGIN IMMEDIATE")  # one process upgrades; the others then find nothing missing
    try:
        for step in _missing(db):
            db.execute(f"ALTER TABLE {step.table} ADD COLUMN {step.column} {step.definition}")
            if step.fill:
                db.execute(step.fill)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _missing(db: sqlite3.Connection) -> list[Step]:
    there = {
        (table, column)
        for table in {step.table for step in UPGRADES}
        for (column,) in db.execute("SELECT name FROM pragma_table_info(?)", [table])
    }
    return [step for step in UPGRADES if (step.table, step.column) not in there]
