"""Reads a forward-only stream in either direction, by time, for people.

Backwards, it is read in stretches of time, each longer than the one before, until enough records are found.
"""

from collections.abc import Callable, Iterator

from streams.backends.base import Stream
from streams.core import clock
from streams.core.records import Place, Position, Record, after, at
from streams.operations.tail import Tail

FIRST = 2 * clock.SECOND  # the first stretch, in milliseconds; the next ones grow fourfold
GROWTH = 4
MOST_IN_STRETCH = 20_000  # records: where there are more, the stretch is shortened
BYTES_IN_STRETCH = 16 << 20  # likewise
LIMIT = 500  # records a read


class Walk:
    """Walks over the records of a stream. `pause` waits for the service, or raises when the time for the look is up.

    A service may show a record some time after its stamp. The newest `settled_after` milliseconds are therefore left
    out, so that no record appears before a place that was passed.
    """

    def __init__(self, stream: Stream, now: clock.Clock, pause: Callable[[], None], settled_after: int) -> None:
        self._stream = stream
        self._now = now
        self._pause = pause
        self.settled_after = settled_after
        self.reached: int | None = None  # milliseconds: backwards, everything that arrived then or later was seen

    def backward(self, before: Place | None) -> Iterator[Record]:
        """Yields the records before a place, or all that have settled, the newest first."""
        settled = self._now() - self.settled_after
        end = min(before.arrived + bool(before.sequence), settled) if before else settled
        oldest = self._now() - self._stream.describe().retention_hours * 60 * clock.MINUTE
        length = FIRST
        while end > oldest:
            start = max(oldest, end - length)
            found = self._stretch(start, end)
            if found is None:
                length = max(1, length // (GROWTH * GROWTH))
                continue
            yield from (record for record in reversed(found) if before is None or record[:2] < before)
            self.reached = end = start
            length *= GROWTH

    def forward(self, after: Place) -> Iterator[Record]:
        """Yields the records after a place that have settled, the oldest first."""
        settled = self._now() - self.settled_after
        for record in self._from(at(after.arrived)):
            if record[0] >= settled:
                return
            if record[:2] > after:
                yield record

    def sequence_text(self, sequence: int) -> str:
        return self._stream.sequence_text(sequence)

    def _stretch(self, start: int, end: int) -> list[Record] | None:
        """Returns the records that arrived from start until before end;

        None if they are too many and the time can be divided.
        """
        found: list[Record] = []
        size = 0
        for record in self._from(at(start)):
            if record[0] >= end:
                break
            found.append(record)
            size += len(record[4])
            if end - start > 1 and (len(found) > MOST_IN_STRETCH or size > BYTES_IN_STRETCH):
                return None
        return found

    def _from(self, position: Position) -> Iterator[Record]:
        return Tail(self._stream, position, self._pause, LIMIT).held()


def one(stream: Stream, shard: str, sequence: int, pause: Callable[[], None]) -> Record | None:
    """Returns one record of a shard; None where there is none of that number. Raises StreamError."""
    while True:
        try:
            page = stream.read(shard, after(sequence - 1), 1)
        except OverflowError:  # more than SQLite can hold
            return None
        for batch in page.batches:
            if batch.sequences[0] == sequence:
                return batch.arrived, sequence, shard, batch.keys[0], batch.datas[0]
            return None
        if page.ended or page.watermark is not None:
            return None
        pause()
