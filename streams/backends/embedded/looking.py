"""Reads an embedded stream for pages: its records in either direction, with one batch in memory at a time."""

import heapq
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from streams.backends.embedded.appending import RECORDS_A_ROW
from streams.backends.embedded.reading import LAST, UnreadableError, unpacked
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import Place, Record, StreamError

# Sequence numbers and arrival stamps grow together over all shards, so that both give the same order.


class _Head(NamedTuple):
    """Describes a batch that is not read yet."""

    last_sequence: int
    batch: int
    first_sequence: int
    shard: str


class EmbeddedLook(EmbeddedStream):
    """Reads a stream backwards too."""

    settled_after = 0  # milliseconds: written records are visible at once, in order

    def backward(self, before: Place | None) -> Iterator[Record]:
        """Yields the records before a place, or all, the newest first."""
        with self._in_our_words():
            lanes = [self._older(number, shard, before) for number, shard in self._numbered()]
            for head in heapq.merge(*lanes, reverse=True):
                for record in reversed(self._records(head)):
                    if before is None or record[:2] < before:
                        yield record

    def forward(self, after: Place) -> Iterator[Record]:
        """Yields the records after a place, the oldest first; with sequence 0 also those that arrived at its time."""
        with self._in_our_words():
            lanes = [self._newer(number, shard, after) for number, shard in self._numbered()]
            for head in heapq.merge(*lanes):
                for record in self._records(head):
                    if record[:2] > after:
                        yield record

    def _numbered(self) -> list[tuple[int, str]]:
        self._stream("id")  # raises if there is no such stream
        rows = self._db.execute(
            "SELECT shards.id, shards.name FROM shards JOIN streams ON streams.id = stream WHERE streams.name = ?",
            [self.name],
        )
        return rows.fetchall()

    def _older(self, number: int, shard: str, before: Place | None) -> Iterator[_Head]:
        bound = LAST if before is None else before.sequence or self._first_at(number, before.arrived, LAST)
        # A batch that holds the bound ends less than a full row after it, so that no newer batch is skipped.
        rows = self._db.execute(
            "SELECT last_sequence, id, first_sequence FROM batches WHERE shard = ? AND last_sequence < ?"
            " AND first_sequence < ? ORDER BY last_sequence DESC",
            [number, min(LAST, bound + RECORDS_A_ROW), min(LAST, bound)],
        )
        return _heads(rows, shard)

    def _newer(self, number: int, shard: str, after: Place) -> Iterator[_Head]:
        bound = after.sequence or self._first_at(number, after.arrived, LAST) - 1
        rows = self._db.execute(
            "SELECT last_sequence, id, first_sequence FROM batches WHERE shard = ? AND last_sequence > ?"
            " ORDER BY last_sequence",
            [number, min(LAST, bound)],
        )
        return _heads(rows, shard)

    def _first_at(self, number: int, arrived: int, default: int) -> int:
        """Returns the first sequence number of a shard that arrived at that time or later."""
        row = self._db.execute(
            "SELECT first_sequence FROM batches WHERE shard = ? AND arrived >= ? ORDER BY arrived, id LIMIT 1",
            [number, arrived],
        ).fetchone()
        return int(row[0]) if row else default

    def _records(self, head: _Head) -> list[Record]:
        row = self._db.execute("SELECT arrived, data FROM batches WHERE id = ?", [head.batch]).fetchone()
        if row is None:  # dropped since: past retention
            return []
        try:
            batch = unpacked(head.first_sequence, head.last_sequence, *row)
        except UnreadableError as error:
            raise StreamError(f"The embedded stream in {self.path} is damaged: {error} cannot be shown.") from error
        shards = [head.shard] * len(batch.keys)
        return [(batch.arrived, *each) for each in zip(batch.sequences, shards, batch.keys, batch.datas, strict=True)]


def _heads(rows: sqlite3.Cursor, shard: str) -> Iterator[_Head]:
    return (_Head(last, batch, first, shard) for last, batch, first in rows)
