"""A stream into which records go many at a time, as one: for Kinesis, which counts and charges by the record.

Each aggregate holds records of one shard, by the map of shards that we have, and goes there under the partition key of
its first record. The shard may be split on the way: then the aggregate lands in a child that is not the shard of all
its keys. Its readers, KCL and ours, leave out such an aggregate as a whole (aggregation.in_shard). Here it is noticed,
since the stream tells where each record landed, and its records are packed again, by a new map, before any later ones
are sent. So a record is read once, in the shard of its key, and the order of each key is kept. What lands elsewhere
than expected but with all its keys, in a merged shard say, is left where it is.

The embedded stream needs none of this: it stores batches as they are.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Protocol, runtime_checkable

from streams.hashing import hash_key
from streams.records import Description, Entry, InvalidRecordError, Page, Position, Shard, StreamError
from streams.stream import limits
from streams.stream.aggregation import MAGIC, aggregate
from streams.stream.base import Stream

PACK_BYTES = 51_200  # as KPL's AggregationMaxSize: two of the 25 kB units that are charged
LARGEST_PACK = limits.MAX_RECORD - 4096  # bytes: room for the partition key
ROUNDS = 4  # a put of much makes larger packs, rather than more rounds than this
FRAME = 32  # bytes of an aggregate of nothing: magic, MD5, mark
HEAD = 12  # bytes at most in front of a record's data
KEY_HEAD = 3
ATTEMPTS = 10  # of a put that strays: no stream is split more often meanwhile


@runtime_checkable
class Locating(Stream, Protocol):
    """A stream that tells where it put what, and whose read unpacks aggregates by in_shard()."""

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        """As put; the shard that each entry is in."""


class AggregatingStream:
    """A stream whose put packs. Reading is the inner stream's, which unpacks whoever packed."""

    def __init__(self, inner: Locating) -> None:
        self._inner = inner
        self._open: list[Shard] = []  # by hash range

    @property
    def name(self) -> str:
        return self._inner.name

    def create(self, shards: int = 1) -> None:
        self._open = []
        self._inner.create(shards)

    def describe(self) -> Description:
        found = self._inner.describe()
        self._open = sorted((shard for shard in found.shards if shard.open), key=lambda shard: shard.hash_start)
        return found

    def put(self, entries: Sequence[Entry]) -> None:
        entries = list(entries)
        limits.check_all(entries)
        try:
            self._put(entries)
        except UnicodeEncodeError as error:
            raise InvalidRecordError(f"A partition key is not valid Unicode: {error}") from None
        except StreamError:
            self._open = []  # It may have been made anew since, with other shards of the same names.
            raise

    def read(self, shard: str, position: Position, limit: int) -> Page:
        return self._inner.read(shard, position, limit)

    def split(self, shard: str, at: int | None = None) -> None:
        self._inner.split(shard, at)

    def merge(self, shard: str, neighbour: str) -> None:
        self._inner.merge(shard, neighbour)

    def sequence_text(self, sequence: int) -> str:
        return self._inner.sequence_text(sequence)

    def delete(self) -> None:
        self._open = []
        self._inner.delete()

    def _by_shard(self, entries: list[Entry]) -> list[list[Entry]]:
        starts = [shard.hash_start for shard in self._open]
        found: list[list[Entry]] = [[] for _ in starts]
        keys = {key for key, _ in entries}
        append = {key: found[bisect_right(starts, hash_key(key)) - 1].append for key in keys}
        for entry in entries:
            append[entry[0]](entry)
        return [mine for mine in found if mine]

    def _put(self, left: list[Entry]) -> None:
        if not self._open and not any(shard.open for shard in self.describe().shards):
            raise StreamError(f"Stream {self.name!r} has no open shard; look again with: manage.py streams status")
        for _ in range(ATTEMPTS):
            left = self._send([deque(_packs(mine)) for mine in self._by_shard(left)])
            if not left:
                return
        raise StreamError(f"{len(left)} records were not put: stream {self.name!r} sends them to other shards.")

    def _send(self, queues: list[deque[list[Entry]]]) -> list[Entry]:
        """Puts packs, one of each shard at a time; the records that are still to be put when one of them strayed."""
        while queues:
            packs = [queue.popleft() for queue in queues]
            landed = self._inner.put_located([_record(pack) for pack in packs])
            strayed = [not self._all_in(pack, shard) for pack, shard in zip(packs, landed, strict=True)]
            if any(strayed):
                for queue, pack, stray in zip(queues, packs, strayed, strict=True):
                    if stray:
                        queue.appendleft(pack)
                return [entry for queue in queues for pack in queue for entry in pack]
            queues = [queue for queue in queues if queue]
        return []

    def _all_in(self, pack: list[Entry], shard_id: str) -> bool:
        """Whether the shard in which a pack landed is that of all its keys. Renews the map for a shard not on it."""
        shard = next((shard for shard in self._open if shard.id == shard_id), None) or self._look_up(shard_id)
        return all(shard.hash_start <= hash_key(key) <= shard.hash_end for key in {key for key, _ in pack})

    def _look_up(self, shard_id: str) -> Shard:
        for shard in self.describe().shards:
            if shard.id == shard_id:
                return shard
        raise StreamError(f"Records went to shard {shard_id!r}, which stream {self.name!r} does not list.")


def _packs(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Entries in runs that make an aggregate of a good size; one that is larger stands alone."""
    sizes = list(accumulate((len(data) + HEAD for _, data in entries), initial=0))  # of those before each
    limit = min(max(PACK_BYTES, sizes[-1] // ROUNDS), LARGEST_PACK)
    start = 0
    while start < len(entries):
        stop = max(bisect_right(sizes, sizes[start] + limit - FRAME) - 1, start + 1)
        while stop > start + 1:
            keys = {key for key, _ in entries[start:stop]}
            size = FRAME + sizes[stop] - sizes[start] + sum(len(key.encode()) + KEY_HEAD for key in keys)
            if size <= limit:
                break
            stop = start + max((stop - start) * limit // size, 1)  # fewer: limit is less than size
        yield entries[start:stop]
        start = stop


def _record(pack: list[Entry]) -> Entry:
    """One record for a pack. A lone entry stays as it is, unless it could be taken for an aggregate."""
    key, data = pack[0]
    if len(pack) == 1 and (not data.startswith(MAGIC) or len(data) > LARGEST_PACK - FRAME - HEAD - 2 * KEY_HEAD):
        return pack[0]
    return key, aggregate(pack, checked=True)
