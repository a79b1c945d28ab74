"""Gives a stream's records as rows, all shards merged by time."""

import heapq
from collections.abc import Callable, Iterator
from typing import Any

from streams.backends.base import Stream
from streams.backends.limits import up_to
from streams.core import showing
from streams.core.clock import to_iso
from streams.core.records import TRIM_HORIZON, Page, Position, Record, after

LIMIT = 5000  # records a read
BYTES = 16 << 20  # of the records that are read ahead, of all shards together
LARGEST = 1 << 20  # bytes: the assumed size of a record until some were read
GROWTH = 16  # times as many records as in the read before, at most


class Tail:
    """Reads a stream's records from a position on.

    `pause` is called when the service says "not yet", or no record is there.

    One page of each shard is held at a time, so that they can be merged: large records or many shards make them short.
    """

    def __init__(self, stream: Stream, start: Position, pause: Callable[[], None], limit: int = LIMIT) -> None:
        self._stream = stream
        self._pause = pause
        self._limit = limit
        self._places = {shard.id: start for shard in stream.describe().shards}
        self._ended: set[str] = set()

    def held(self) -> Iterator[Record]:
        """Yields every record up to the tip, by arrival and sequence number."""
        return heapq.merge(*(self._shard(shard) for shard in self._places.keys() - self._ended))

    def followed(self) -> Iterator[Record]:
        """Yields the records of held(), and then every record that arrives, in new shards too, without end."""
        while True:
            ended = len(self._ended)
            yield from self.held()
            if len(self._ended) > ended:
                self._places = {shard.id: TRIM_HORIZON for shard in self._stream.describe().shards} | self._places
            else:
                self._pause()

    def _shard(self, shard: str) -> Iterator[Record]:
        share = BYTES // max(1, len(self._places))
        limit = max(1, min(self._limit, share // LARGEST))
        while True:
            # The rest of a page that is larger than expected is read again, so as not to hold it for each shard.
            page = up_to(self._stream.read(shard, self._places[shard], limit), share)
            limit = self._next_limit(page, limit, share)
            for batch in page.batches:
                for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True):
                    self._places[shard] = after(sequence)
                    yield batch.arrived, sequence, shard, key, data
            if page.ended:
                self._ended.add(shard)
            if page.ended or (page.watermark is not None and not page.batches):
                return
            if not page.batches:
                self._pause()

    def _next_limit(self, page: Page, limit: int, share: int) -> int:
        """Returns as many records as have `share` bytes, by the size of those of this page."""
        sizes = [len(data) for batch in page.batches for data in batch.datas]
        average = sum(sizes) // len(sizes) + 1 if sizes else LARGEST
        return max(1, min(self._limit, limit * GROWTH, share // average))


def row(record: Record, sequence_text: Callable[[int], str] = str) -> dict[str, Any]:
    """Returns the record for scripts: `data` is the JSON as it was written; other bytes are in `data_base64`.

    showing.json_line() writes it.
    """
    arrived, sequence, shard, key, data = record
    found = {"shard": shard, "sequence": sequence_text(sequence), "partition_key": key, "arrived": to_iso(arrived)}
    return found | showing.member(data)


def in_words(record: Record) -> str:
    """Returns the record as one line for people, the data cut to 16 KiB."""
    arrived, _, shard, key, data = record
    return f"{to_iso(arrived)} {shard} {key} {showing.in_line(data)}"
