"""Packs many records into one Kinesis record, because Kinesis counts and charges by the record.

Each aggregate holds records of one shard, by the producer's map of shards, and is sent there under the partition key of
its first record. The shard may be split on the way: then the aggregate lands in a child that is not the shard of all
its keys. Its readers, KCL and ours, skip such an aggregate as a whole (columns_in_shard). The producer notices it,
since the stream tells where each record landed, and packs its records again, by a new map, before any later ones are
sent. So a record is read once, in the shard of its key, and the order of each key is kept. An aggregate that landed in
an unexpected shard with all its keys, for example in a merged one, is left there.

The embedded stream needs none of this: it stores batches as they are.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol, runtime_checkable

from common.running import to_run
from streams.backends import limits
from streams.backends.aggregation import MAGIC, aggregate_columns
from streams.backends.base import Stream
from streams.core.hashing import hash_key
from streams.core.records import (
    Description,
    Entry,
    InvalidRecordError,
    Page,
    Position,
    Shard,
    StreamDownError,
    StreamError,
)

RECORDS_A_PUT = (
    16_384  # that a producer should give at once, if it can: fewer and fuller requests for any number of shards
)
PACK_BYTES = 51_200  # KPL's AggregationMaxSize: two of the 25 kB units that Kinesis charges for
LARGEST_PACK = limits.MAX_RECORD - 4096  # bytes: room for the partition key
ROUNDS = 4  # a large put makes larger packs rather than more rounds
FRAME = 32  # bytes of an empty aggregate: magic, MD5, mark
HEAD = 12  # most bytes in front of a record's data
KEY_HEAD = 3
ATTEMPTS = 10  # of a put with stray aggregates: no stream is split more often in that time


class Columns(NamedTuple):
    """Holds records as columns of equal length: C code handles a whole column faster than Python each record."""

    keys: list[str]
    datas: list[bytes]


@runtime_checkable
class Locating(Stream, Protocol):
    """Describes a stream that returns the shard of each put entry, and unpacks aggregates by columns_in_shard()."""

    def put_located(self, entries: Sequence[Entry]) -> list[str]:
        """Puts like `put`; returns the shard of each entry."""


class AggregatingStream:
    """Packs the records of each put. Reads go to the inner stream, which unpacks aggregates of any producer."""

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
        stream = self._inner.describe()
        self._open = sorted((shard for shard in stream.shards if shard.open), key=lambda shard: shard.hash_start)
        return stream

    def put(self, entries: Sequence[Entry]) -> None:
        records = Columns([key for key, _ in entries], [data for _, data in entries])
        limits.check_all(*records)
        try:
            self._put(records)
        except UnicodeEncodeError as error:
            raise InvalidRecordError(f"A partition key is not valid Unicode: {error}") from None
        except StreamError:
            self._open = []  # The stream may have been created anew, with other shards of the same names.
            raise

    def now(self) -> int:
        return self._inner.now()

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

    def _by_shard(self, records: Columns) -> list[Columns]:
        starts = [shard.hash_start for shard in self._open]
        columns = [Columns([], []) for _ in starts]
        add: dict[str, tuple[Callable[[str], None], Callable[[bytes], None]]] = {}
        for key in set(records.keys):
            mine = columns[bisect_right(starts, hash_key(key)) - 1]
            add[key] = mine.keys.append, mine.datas.append
        for key, data in zip(*records, strict=True):
            add_key, add_data = add[key]
            add_key(key)
            add_data(data)
        return [mine for mine in columns if mine.keys]

    def _put(self, left: Columns) -> None:
        if not self._open and not any(shard.open for shard in self.describe().shards):
            again = to_run("streams", "status", self.name)
            raise StreamError(f"Stream {self.name!r} has no open shard; look again with: {again}")
        for _ in range(ATTEMPTS):
            left = self._send([deque(_packs(mine)) for mine in self._by_shard(left)])
            if not left.keys:
                return
        raise StreamError(f"{len(left.keys)} records were not put: stream {self.name!r} sends them to other shards.")

    def _send(self, queues: list[deque[Columns]]) -> Columns:
        """Puts packs, one for each shard at a time; if one strays, returns the records that are still to be put."""
        while queues:
            packs = [queue.popleft() for queue in queues]
            try:
                landed = self._inner.put_located([_record(pack) for pack in packs])
            except StreamDownError as error:
                out = {key for key, _ in error.left} if error.left is not None else set(map(_key, packs))
                left = _still_to_be_put(queues, packs, [_key(pack) in out for pack in packs])
                raise type(error)(str(error), list(zip(*left, strict=True))) from None
            strayed = [not self._all_in(pack, shard) for pack, shard in zip(packs, landed, strict=True)]
            if any(strayed):
                return _still_to_be_put(queues, packs, strayed)
            queues = [queue for queue in queues if queue]
        return Columns([], [])

    def _all_in(self, pack: Columns, shard_id: str) -> bool:
        """Returns whether a pack landed in the shard of all its keys. Renews the map for a shard that is not on it."""
        shard = next((shard for shard in self._open if shard.id == shard_id), None) or self._look_up(shard_id)
        return all(shard.hash_start <= hash_key(key) <= shard.hash_end for key in set(pack.keys))

    def _look_up(self, shard_id: str) -> Shard:
        try:
            shards = self.describe().shards
        except StreamDownError as error:  # no retry: the records are stored, perhaps in the right shard
            raise StreamError(f"Records went to shard {shard_id!r}, which cannot be looked up. {error}") from None
        for shard in shards:
            if shard.id == shard_id:
                return shard
        raise StreamError(f"Records went to shard {shard_id!r}, which stream {self.name!r} does not list.")


def _packs(records: Columns) -> Iterator[Columns]:
    """Yields records in runs that make an aggregate of a good size; a larger record stands alone."""
    keys, datas = records
    sizes = list(accumulate(map(HEAD.__add__, map(len, datas)), initial=0))  # bytes of all records before each
    limit = min(max(PACK_BYTES, sizes[-1] // ROUNDS), LARGEST_PACK)
    start = table = 0  # table: bytes of the last pack's keys, an estimate for the next pack
    while start < len(keys):
        stop = max(bisect_right(sizes, sizes[start] + limit - FRAME - table) - 1, start + 1)
        while True:
            table = sum(len(key.encode()) + KEY_HEAD for key in set(keys[start:stop]))
            size = FRAME + sizes[stop] - sizes[start] + table
            if size <= limit or stop == start + 1:
                break
            stop = start + max((stop - start) * limit // size, 1)
        yield Columns(keys[start:stop], datas[start:stop])
        start = stop


def _record(pack: Columns) -> Entry:
    """Returns one record for a pack. A single record stays as it is, unless it could be mistaken for an aggregate."""
    key, data = pack.keys[0], pack.datas[0]
    if len(pack.keys) == 1 and (not data.startswith(MAGIC) or len(data) > LARGEST_PACK - FRAME - HEAD - 2 * KEY_HEAD):
        return key, data
    return key, aggregate_columns(*pack, checked=True)


def _key(pack: Columns) -> str:
    """Returns the partition key of the pack's record; the keys of packs for different shards differ."""
    return pack.keys[0]


def _still_to_be_put(queues: list[deque[Columns]], packs: list[Columns], out: list[bool]) -> Columns:
    """Returns the records that were not put: the packs, one of each queue, marked in `out`, and all queued ones."""
    for queue, pack, is_out in zip(queues, packs, out, strict=True):
        if is_out:
            queue.appendleft(pack)
    left = [pack for queue in queues for pack in queue]
    return Columns([key for pack in left for key in pack.keys], [data for pack in left for data in pack.datas])
