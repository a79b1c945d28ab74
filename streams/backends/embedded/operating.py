"""Changes an embedded stream as its operator asks: its retention, and the number of its shards."""

from streams.backends.embedded import shard_rows, stream_rows
from streams.backends.embedded.stream import EmbeddedStream
from streams.core import clock


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
            shard_rows.scale(self._db, stream, count, self._clock.write())
            return before
