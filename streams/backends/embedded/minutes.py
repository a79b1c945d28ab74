"""Counts the records of each minute, for the curves of the pages.

The minute of the newest records is counted in the stream's own row, which every put writes anyway. It moves to the
table once a later one begins.
"""

import json
import sqlite3
from collections.abc import Collection

from streams.core import clock
from streams.core.facts import Minute

SCHEMA = """
CREATE TABLE IF NOT EXISTS minutes (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE, minute INTEGER NOT NULL,
    records INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (stream, minute)
) WITHOUT ROWID;
"""


def store(db: sqlite3.Connection, stream: int, counted: Minute) -> None:
    """Moves the counts of a minute that is over to the table."""
    if counted.records:
        # A process of an older release may have counted there.
        db.execute(
            "INSERT INTO minutes VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE"
            " SET records = records + ?3, bytes = bytes + ?4",
            [stream, *counted],
        )


def first(db: sqlite3.Connection, stream: int) -> int | None:
    """Returns the first counted minute."""
    [found] = db.execute(
        "SELECT coalesce((SELECT min(minute) FROM minutes WHERE stream = ?1),"
        " (SELECT minute FROM streams WHERE id = ?1 AND minute_records > 0))",
        [stream],
    ).fetchone()
    return None if found is None else int(found)


def between(db: sqlite3.Connection, stream: int, since: int, until: int) -> list[Minute]:
    """Returns the minutes in which records arrived, from `since` on and before `until`."""
    rows = db.execute(_sums("stream = ? AND minute >= ? AND minute < ?"), [stream, since, until] * 2)
    return [Minute(*counted) for _, *counted in rows]


def of_streams(
    db: sqlite3.Connection, streams: Collection[int], wanted: Collection[int]
) -> dict[tuple[int, int], tuple[int, int]]:
    """Returns records and bytes by stream and minute."""
    condition = "stream IN (SELECT value FROM json_each(?)) AND minute IN (SELECT value FROM json_each(?))"
    rows = db.execute(_sums(condition), [json.dumps(list(streams)), json.dumps(list(wanted))] * 2)
    return {(stream, minute): (records, size) for stream, minute, records, size in rows}


def _sums(condition: str) -> str:
    """Returns the question for the counts of both places; each applies the condition itself, by its own index."""
    return (
        "SELECT stream, minute, sum(records), sum(bytes) FROM ("  # noqa: S608 - constants
        f"SELECT stream, minute, records, bytes FROM minutes WHERE {condition}"
        " UNION ALL SELECT id AS stream, minute, minute_records, minute_bytes FROM streams"
        f" WHERE {condition} AND minute_records > 0"
        ") GROUP BY stream, minute ORDER BY stream, minute"
    )


def forget(db: sqlite3.Connection, stream: int, before: int) -> None:
    """Drops the counts of minutes before the time `before`, in milliseconds."""
    db.execute("DELETE FROM minutes WHERE stream = ? AND minute < ?", [stream, before // clock.MINUTE])
