"""Reads the facts of all streams of an embedded store: by a few statements, however much the streams hold."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from streams.backends.embedded import minutes as counts
from streams.backends.embedded import own_clock
from streams.backends.embedded.looking import EmbeddedLook
from streams.core import clock
from streams.core.facts import Counted, Facts, History, Listed, Minute
from streams.core.records import Record

MOST_STREAMS = 200  # of one look
MOST_SHARDS = 5000  # that are listed one by one; of more, only the numbers are told
LANES = 32  # shards whose newest records are looked at


class EmbeddedSurvey(EmbeddedLook):
    """Reads many streams through one connection; `name` is the one that is looked into."""

    def listed(self, having: str = "", most: int = MOST_STREAMS) -> Listed:
        """Returns the streams with `having` in their names, sorted by name."""
        with self._in_our_words(), self._snapshot():
            (total,) = self._db.execute(
                "SELECT count(*) FROM streams WHERE instr(lower(name), lower(?)) > 0", [having]
            ).fetchone()
            rows = self._db.execute(
                "SELECT id, name, last_arrived, clock, next_sequence, created FROM streams"
                " WHERE instr(lower(name), lower(?)) > 0 ORDER BY name LIMIT ?",
                [having, most],
            ).fetchall()
            return Listed(self._facts(rows), total)

    def facts(self) -> Facts:
        """Returns the facts of this one stream. Raises StreamNotFoundError."""
        with self._in_our_words(), self._snapshot():
            return self._facts([self._stream("id, name, last_arrived, clock, next_sequence, created")])[0]

    def history(self, minutes: int) -> History:
        """Returns the arrivals of the last minutes, the one that has not ended left out."""
        with self._in_our_words(), self._snapshot():
            stream, created, text, last = self._stream("id, created, clock, last_arrived")
            until = self._now_of(text, last) // clock.MINUTE
            first = counts.first(self._db, stream)
            found = counts.between(self._db, stream, until - minutes, until)
        known = [created // clock.MINUTE] if created else []
        known += [] if first is None else [first]  # older files have no time of creation
        since = max(until - minutes, min(known)) if known else None
        return History(since, found, until)

    def newest(self, most: int) -> Iterator[Record]:
        """Yields at most that many of the newest records, the newest first."""
        return islice(self.backward(None), most)

    def _numbered(self) -> list[tuple[int, str]]:
        [stream] = self._stream("id")
        rows = self._db.execute(
            "SELECT id, name FROM shards WHERE stream = ? ORDER BY closed = 0 DESC, name DESC LIMIT ?", [stream, LANES]
        )
        return rows.fetchall()

    def _facts(self, rows: Sequence[tuple[Any, ...]]) -> list[Facts]:
        nows = {stream: self._now_of(text, last) for stream, _, last, text, *_ in rows}
        minutes = _last_minutes(self._db, nows)
        counts = _counts(self._db, list(nows))
        shards = _shards(self._db, list(nows)) if sum(a + b for a, b, _ in counts.values()) <= MOST_SHARDS else None
        found = []
        for stream, name, last, _, tip, created in rows:
            minute = _rate(stream, nows[stream], created, minutes)
            listed = None if shards is None else shards[stream]
            counted = counts.get(stream, (0, 0, 0))
            found.append(Facts(name, nows[stream], last, minute, *counted, tip, listed))
        return found

    def _now_of(self, text: str, last: int) -> int:
        """Returns the time of a stream by its own clock; by the machine's before the first write since a boot."""
        reading, anchor = self._clock.look(), own_clock.from_text(text)
        return max(anchor.at(reading.elapsed) if anchor.covers(reading) else reading.wall, last)


def _rate(stream: int, now: int, created: int, minutes: dict[tuple[int, int], tuple[int, int]]) -> Minute:
    """Returns the last whole minute; for a stream that was made since it began, the mean minute since then."""
    minute = now // clock.MINUTE - 1
    records, size = minutes.get((stream, minute), (0, 0))
    if created // clock.MINUTE < minute:
        return Minute(minute, records, size)
    more, larger = minutes.get((stream, minute + 1), (0, 0))
    passed = max(clock.SECOND, now - created)
    return Minute(minute, *(round(total * clock.MINUTE / passed) for total in (records + more, size + larger)))


def _last_minutes(db: sqlite3.Connection, nows: dict[int, int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Returns records and bytes by stream and minute, for the last two minutes of each stream's own time."""
    wanted = {now // clock.MINUTE - back for now in nows.values() for back in (0, 1)}
    return counts.of_streams(db, list(nows), wanted)


def _counts(db: sqlite3.Connection, streams: list[int]) -> dict[int, tuple[int, int, int]]:
    """Returns the open shards, the closed shards and the held records of each stream."""
    rows = db.execute(
        "SELECT stream, sum(closed = 0), sum(closed > 0), sum(records) FROM shards"
        " WHERE stream IN (SELECT value FROM json_each(?)) GROUP BY stream",
        [json.dumps(streams)],
    )
    return {stream: (opened, closed, records) for stream, opened, closed, records in rows}


def _shards(db: sqlite3.Connection, streams: list[int]) -> dict[int, dict[str, Counted]]:
    found: dict[int, dict[str, Counted]] = defaultdict(dict)
    rows = db.execute(
        "SELECT stream, name, records, records + trimmed, closed = 0 FROM shards"
        " WHERE stream IN (SELECT value FROM json_each(?))",
        [json.dumps(streams)],
    )
    for stream, name, held, ever, is_open in rows:
        found[stream][name] = Counted(held, ever, bool(is_open))
    return found
