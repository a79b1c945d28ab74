"""Reads by lease: one shard, or a whole stream with its shards merged by arrival time and sequence number.

A reader returns pages, and the checkpoint after each page. Until `acknowledge` is called, it returns the same records
again, so that a step that was refused can be tried again with fewer records.
"""

from bisect import bisect_left
from heapq import heapify, heappop, heapreplace
from math import inf
from typing import Protocol

from streams.backends.base import Stream
from streams.core import clock
from streams.core.records import (
    SHARD_END,
    TRIM_HORIZON,
    Batch,
    From,
    Lost,
    Page,
    Position,
    Shard,
    StreamRemadeError,
    after,
    parse_checkpoint,
    unread,
)


class Reader(Protocol):
    def read(self, limit: int) -> Page:
        """Returns up to `limit` records. Raises StreamError."""

    def checkpoint(self, page: Page) -> str:
        """Returns the place after the page that was read last, as text."""

    def acknowledge(self) -> None:
        """Takes note that the page is applied."""


class ShardReader:
    """Reads one shard. Its checkpoint is a position."""

    def __init__(self, stream: Stream, shard: str, checkpoint: str, identity: str = "") -> None:
        """Takes a checkpoint, and the `identity` of its stream; "" takes any. Raises ValueError."""
        self._stream = stream
        self._shard = shard
        self._identity = identity
        self._position = self._next = Position.parse(checkpoint)

    def read(self, limit: int) -> Page:
        page = self._stream.read(self._shard, self._position, limit)
        check_identity(page.identity, self._identity, self._stream.name)
        page = page._replace(lost=page.lost or _lost(page, self._position))
        if page.ended:
            self._next = SHARD_END
            return page._replace(watermark=None)  # its children may hold older records than now
        self._next = _end(page, self._position)
        return page

    def checkpoint(self, page: Page) -> str:
        return str(self._next)

    def acknowledge(self) -> None:
        self._position = self._next


class ShardCursor:
    """Keeps one shard of a whole stream: the position in it, and the records that were read but not yet returned."""

    def __init__(self, position: Position) -> None:
        self.position = position  # after the applied records
        self.read_to = position
        self.waiting: list[Batch] = []
        self.given = 0  # whole batches of `waiting` in the last page
        self.part = 0  # records of the next one
        self.begins: int | None = None  # records of the shard before `waiting`
        self.bound = 0  # nothing still to be read arrived before this millisecond
        self.ended = False
        self.lost: Lost | None = None  # before `waiting`

    def fill(self, page: Page) -> None:
        self.lost = page.lost or _lost(page, self.read_to)
        self.waiting = list(page.batches)
        self.ended = page.ended
        self.begins = page.begins
        self.read_to = _end(page, self.read_to)
        if page.batches:
            self.bound = max(self.bound, page.batches[-1].arrived)
        if not page.ended:  # the children of a closed shard may hold older records than now
            self.bound = max(self.bound, page.watermark or 0)

    def next_position(self) -> Position:
        """Returns the position after the shard's records in the last page."""
        if self.part:
            return after(self.waiting[self.given].sequences[self.part - 1], self._passed())
        if self.given == len(self.waiting) and self.ended:
            return SHARD_END
        if self.given:
            return after(self.waiting[self.given - 1].sequences[-1], self._passed())
        return self.position if self.waiting else self.read_to

    def lost_by_now(self) -> Lost | None:
        """Returns the records that expired before the shard's records in the last page."""
        return self.lost if self.given or self.part or not self.waiting else None

    def head(self) -> tuple[int, int]:
        """Returns arrival and sequence number of the next record; one must wait."""
        batch = self.waiting[self.given]
        return batch.arrived, batch.sequences[self.part]

    def give(self, limit: int, until: int | None) -> Batch:
        """Returns the next records of one batch, at most `limit`: those before number `until`, and always the first."""
        batch, start = self.waiting[self.given], self.part
        end = min(len(batch.keys), start + limit)
        if until is not None and batch.sequences[end - 1] >= until:
            end = max(start + 1, bisect_left(batch.sequences, until, start, end))
        if end == len(batch.keys):
            self.given, self.part = self.given + 1, 0
        else:
            self.part = end
        return batch.slice(start, end) if end - start < len(batch.keys) else batch

    def _passed(self) -> int | None:
        if self.begins is None:
            return None
        return self.begins + sum(len(batch.keys) for batch in self.waiting[: self.given]) + self.part

    def acknowledge(self) -> None:
        if self.lost_by_now():
            self.lost = None
        self.position = self.next_position()
        if self.begins is not None:
            self.begins = self._passed()
        rest = self.waiting[self.given :]
        if self.part:
            rest[0] = rest[0].slice(self.part)
        self.waiting, self.given, self.part = rest, 0, 0


class WholeReader:
    """Reads all shards of a stream, merged as `_merge` says; children begin when their parents are read to the end.

    Its checkpoint has a position for each shard. Before any shard is read, it is the position at which all shards
    begin. With several shards, records wait until every other shard has been read past their arrival time.
    """

    def __init__(self, stream: Stream, checkpoint: str, identity: str = "") -> None:
        """Takes a checkpoint, and the `identity` of its stream; "" takes any. Raises ValueError."""
        self._stream = stream
        self._identity = identity
        self._gone: list[Lost] = []  # of shards that were dropped unread
        self._lanes: dict[str, ShardCursor] = {}
        known, start = parse_checkpoint(checkpoint)
        self._lanes = {shard: ShardCursor(position) for shard, position in known.items()}
        self._discover(None if known else start)

    def read(self, limit: int) -> Page:
        active = {shard: lane for shard, lane in self._lanes.items() if lane.position != SHARD_END}
        for shard, lane in active.items():
            if not lane.waiting and not lane.ended:
                page = self._stream.read(shard, lane.read_to, limit)
                check_identity(page.identity, self._identity, self._stream.name)
                lane.fill(page)
        batches = _merge(active, limit)
        idle = not batches and not any(lane.waiting or lane.ended for lane in active.values())
        watermark = min((lane.bound for lane in active.values()), default=None) if idle else None
        lost = [*self._gone, *filter(None, (lane.lost_by_now() for lane in active.values()))]
        return Page(batches, watermark, lost=_sum(lost))

    def checkpoint(self, page: Page) -> str:
        return " ".join(f"{shard}={lane.next_position()}" for shard, lane in sorted(self._lanes.items()))

    def acknowledge(self) -> None:
        ended = [lane for lane in self._lanes.values() if lane.position != SHARD_END and lane.ended]
        for lane in self._lanes.values():
            if lane.position != SHARD_END:
                lane.acknowledge()
        self._gone = []
        if any(lane.position == SHARD_END for lane in ended):
            self._discover()

    def _discover(self, start: Position | None = None) -> None:
        """Adds cursors for new shards once their parents are read, and drops those of shards that are gone."""
        found = self._stream.describe()
        check_identity(found.identity, self._identity, self._stream.name)
        shards = {shard.id: shard for shard in found.shards}
        for shard in shards.values():
            if shard.id not in self._lanes and (start or self._parents_are_read(shard, shards)):
                self._lanes[shard.id] = ShardCursor(start or TRIM_HORIZON._replace(passed=0))
        for name, lane in self._lanes.items():
            if (
                name not in shards
                and lane.position != SHARD_END
                and (lost := unread(name, lane.position.passed, found, clock.now()))
            ):
                self._gone.append(lost)
        self._lanes = {shard: lane for shard, lane in self._lanes.items() if shard in shards}

    def _parents_are_read(self, shard: Shard, shards: dict[str, Shard]) -> bool:
        known = [parent for parent in shard.parents if parent in shards]
        return all(parent in self._lanes and self._lanes[parent].position == SHARD_END for parent in known)


def check_identity(read: str, wanted: str, name: str) -> None:
    """Raises StreamRemadeError if both identities are known and differ: it is the checkpoint of another stream."""
    if read and wanted and read != wanted:
        raise StreamRemadeError(f"Stream {name!r} is another one than before: it was made anew, or STREAM_URL changed")


def _end(page: Page, start: Position) -> Position:
    """Returns the place after a page that was read from `start` on."""
    if page.batches:
        count = sum(len(batch.keys) for batch in page.batches)
        return after(page.batches[-1].sequences[-1], None if page.begins is None else page.begins + count)
    if page.begins is None or start.kind == From.AT_TIMESTAMP:  # earlier records are not wanted
        return start
    return start._replace(passed=page.begins)


def _lost(page: Page, start: Position) -> Lost | None:
    """Returns the records that expired between a position and the page after it; None for none, or if nobody counts."""
    if page.begins is None or start.passed is None or start.kind == From.AT_TIMESTAMP or page.begins <= start.passed:
        return None
    until = page.batches[0].arrived if page.batches else page.watermark
    return Lost(page.begins - start.passed, clock.now() if until is None else until)


def _sum(losses: list[Lost]) -> Lost | None:
    """Returns several losses as one, whose number is known where all are."""
    if not losses:
        return None
    counts = [lost.records for lost in losses]
    records = None if None in counts else sum(count or 0 for count in counts)
    return Lost(records, max(lost.until for lost in losses))


def _merge(lanes: dict[str, ShardCursor], limit: int) -> list[Batch]:
    """Returns the oldest records by arrival and sequence number, the order in which all readers of a stream have them.

    Ends where an exhausted cursor could still hold an older record.
    """
    batches: list[Batch] = []
    heads: list[tuple[int, int, str, ShardCursor]] = []  # a heap
    bound = inf  # the least of the exhausted cursors
    for shard, lane in lanes.items():
        lane.given = lane.part = 0
        if lane.waiting:
            heads.append((*lane.head(), shard, lane))
        else:
            bound = min(bound, lane.bound)
    heapify(heads)
    while heads and limit > 0:
        arrived, _, shard, lane = heads[0]
        if arrived >= bound:
            break
        other = min(heads[1:3], default=None)  # the next in the heap
        batch = lane.give(limit, other[1] if other and other[0] == arrived else None)
        limit -= len(batch.keys)
        batches.append(batch)
        if lane.given < len(lane.waiting):
            heapreplace(heads, (*lane.head(), shard, lane))
        else:
            heappop(heads)
            bound = min(bound, lane.bound)
    return batches
