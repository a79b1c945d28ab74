"""Changes an embedded stream as its operator asks: its retention, and the number of its shards."""

import sqlite3
from bisect import bisect_right

from streams.backends.embedded import shard_rows, stream_rows
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import clock
from streams.core.hashing import even_ranges


class OperatedStream(EmbeddedStream):
    """Changes one stream; each change is one transaction."""

    def set_retention(self, hours: int) -> None:
        with self._transaction():
            stream_rows.set_retention(self._db, self._stream("id")[0], hours * 60 * clock.MINUTE)

    def reshard(self, count: int) -> int:
        """Makes `count` open shards of equal ranges; returns how many there were."""
        with self._transaction():
            [stream] = self._stream("id")
            before = len(shard_rows.open_ranges(self._db, stream)[0])
            _scale(self._db, stream, count, self._clock.write())
            return before


def _scale(db: sqlite3.Connection, stream: int, count: int, now: int) -> None:
    """Splits at each new bound that lies inside a shard, then merges the shards between two new bounds."""
    bounds = [start for start, _ in even_ranges(count)]
    for bound in bounds:
        starts, _, names = shard_rows.open_ranges(db, stream)
        place = bisect_right(starts, bound) - 1
        if starts[place] != bound:
            shard_rows.split(db, stream, names[place], bound, now)
    kept = set(bounds)
    starts, _, names = shard_rows.open_ranges(db, stream)
    left = names[0]
    for start, name in zip(starts[1:], names[1:], strict=True):
        if start in kept:
            left = name
        else:
            shard_rows.merge(db, stream, left, name, now)
            left = _newest(db, stream)


def _newest(db: sqlite3.Connection, stream: int) -> str:
    return str(db.execute("SELECT max(name) FROM shards WHERE stream = ?", [stream]).fetchone()[0])
