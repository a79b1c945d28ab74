"""The tables of an embedded stream's SQLite file, and how the file of an older release gets what it lacks.

To add a column, add a Step to UPGRADES: new files take the same way as old ones.
"""

import sqlite3
from typing import NamedTuple

from streams.backends.embedded import shard_rows

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
    """A column that older files lack. `fill`, if any, gives the rows that are there their values."""

    table: str
    column: str
    definition: str
    fill: str = ""


UPGRADES = [
    # Tells a stream from another one of the same name, also in another file.
    Step("streams", "identity", "TEXT NOT NULL DEFAULT ''", "UPDATE streams SET identity = lower(hex(randomblob(16)))"),
    Step("shards", "trimmed", "INTEGER NOT NULL DEFAULT 0"),  # records that were dropped since the shard was made
    Step("batches", "before", "INTEGER"),  # records that the shard held before this batch; NULL in older files
    Step("streams", "clock", "TEXT NOT NULL DEFAULT ''"),  # the stream's own time: streams.backends.embedded.own_clock
]


def prepare(db: sqlite3.Connection) -> None:
    """Makes what the file lacks. Several processes may do so at once."""
    db.executescript(TABLES + shard_rows.SCHEMA)
    if not _missing(db):
        return
    db.execute("BEGIN IMMEDIATE")  # one process upgrades; the others then find that nothing is missing
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
