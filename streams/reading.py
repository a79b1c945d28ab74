"""Reading by lease: one shard, or a whole stream with its shards merged by arrival time.

A reader gives pages and says what the checkpoint is once a page is applied. Until `move` is called, the same records
come again, so that a step that was refused can be tried with fewer.
"""

from typing import Protocol

from streams.records import SHARD_END, TRIM_HORIZON, Batch, Page, Position, Shard, after
from streams.stream.base import Stream


class Reader(Protocol):
    def read(self, limit: int) -> Page:
        """Up to `limit` records. Raises StreamError."""

    def checkpoint(self, page: Page) -> str:
        """The place after the page that was read last, as text."""

    def move(self) -> None:
        """That page is applied."""


class ShardReader:
    """One shard. Its checkpoint is a position."""

    def __init__(self, stream: Stream, shard: str, checkpoint: str) -> None:
        self._stream = stream
        self._shard = shard
        self._position = self._next = Position.parse(checkpoint)

    def read(self, limit: int) -> Page:
        page = self._stream.read(self._shard, self._position, limit)
        if page.ended:
            self._next = SHARD_END
            return page._replace(complete_to=None)  # its children may hold older records than now
        if page.batches:
            self._next = after(page.batches[-1].sequences[-1])
        else:
            self._next = self._position
        return page

    def checkpoint(self, page: Page) -> str:
        return str(self._next)

    def move(self) -> None:
        self._position = self._next


class _Lane:
    """One shard of a whole stream: where it was read to, and what was read but not yet given."""

    def __init__(self, position: Position) -> None:
        self.position = position  # of what is applied
        self.read_to = position
        self.waiting: list[Batch] = []
        self.given = 0  # whole batches of `waiting` in the last page
        self.part = 0  # records of the next one
        self.bound = 0  # nothing still to be read arrived before this millisecond
        self.ended = False

    def fill(self, page: Page) -> None:
        self.waiting = list(page.batches)
        self.ended = page.ended
        if page.batches:
            self.read_to = after(page.batches[-1].sequences[-1])
            self.bound = max(self.bound, page.batches[-1].arrived)
        if not page.ended:  # the children of a closed shard may hold older records than now
            self.bound = max(self.bound, page.complete_to or 0)

    def next_position(self) -> Position:
        """After what the last page held of it."""
        if self.part:
            return after(self.waiting[self.given].sequences[self.part - 1])
        if self.given == len(self.waiting) and self.ended:
            return SHARD_END
        return after(self.waiting[self.given - 1].sequences[-1]) if self.given else self.position

    def move(self) -> None:
        self.position = self.next_position()
        rest = self.waiting[self.given :]
        if self.part:
            rest[0] = rest[0].slice(self.part)
        self.waiting, self.given, self.part = rest, 0, 0


class WholeReader:
    """All shards of a stream, merged by arrival time; children begin when their parents are read to the end.

    Its checkpoint is a position for each shard; before there is any, the position at which all begin. With several
    shards, records wait until every other shard has been read past their arrival.
    """

    def __init__(self, stream: Stream, checkpoint: str) -> None:
        self._stream = stream
        self._lanes: dict[str, _Lane] = {}
        known, start = places(checkpoint)
        self._lanes = {shard: _Lane(position) for shard, position in known.items()}
        self._discover(None if known else start)

    def read(self, limit: int) -> Page:
        active = {shard: lane for shard, lane in self._lanes.items() if lane.position != SHARD_END}
        for shard, lane in active.items():
            if not lane.waiting and not lane.ended:
                lane.fill(self._stream.read(shard, lane.read_to, limit))
        batches = _merge(active, limit)
        idle = not batches and not any(lane.waiting or lane.ended for lane in active.values())
        return Page(batches, min((lane.bound for lane in active.values()), default=None) if idle else None)

    def checkpoint(self, page: Page) -> str:
        return " ".join(f"{shard}={lane.next_position()}" for shard, lane in sorted(self._lanes.items()))

    def move(self) -> None:
        ended = [lane for lane in self._lanes.values() if lane.position != SHARD_END and lane.ended]
        for lane in self._lanes.values():
            if lane.position != SHARD_END:
                lane.move()
        if any(lane.position == SHARD_END for lane in ended):
            self._discover()

    def _discover(self, start: Position | None = None) -> None:
        """Adds lanes for shards not seen before, once their parents are read; forgets shards that are gone."""
        shards = {shard.id: shard for shard in self._stream.describe().shards}
        for shard in shards.values():
            if shard.id not in self._lanes and (start or self._parents_are_read(shard, shards)):
                self._lanes[shard.id] = _Lane(start or Position.parse("trim-horizon"))
        self._lanes = {shard: lane for shard, lane in self._lanes.items() if shard in shards}

    def _parents_are_read(self, shard: Shard, shards: dict[str, Shard]) -> bool:
        known = [parent for parent in shard.parents if parent in shards]
        return all(parent in self._lanes and self._lanes[parent].position == SHARD_END for parent in known)


def places(checkpoint: str) -> tuple[dict[str, Position], Position]:
    """What a whole stream's checkpoint says: the position in each shard known to it, and that in all others."""
    if "=" not in checkpoint:
        return {}, Position.parse(checkpoint)
    pairs = (place.split("=") for place in checkpoint.split())
    return {shard: Position.parse(position) for shard, position in pairs}, TRIM_HORIZON


def _merge(lanes: dict[str, _Lane], limit: int) -> list[Batch]:
    """The oldest batches, by arrival and shard, as long as no lane that has run dry could still hold an older one."""
    batches: list[Batch] = []
    for lane in lanes.values():
        lane.given = lane.part = 0
    while limit > 0:
        heads = [
            (lane.waiting[lane.given].arrived, shard) for shard, lane in lanes.items() if lane.given < len(lane.waiting)
        ]
        if not heads:
            break
        arrived, shard = min(heads)
        dry = (lane for lane in lanes.values() if lane.given == len(lane.waiting))
        if any(arrived >= lane.bound for lane in dry):
            break
        lane = lanes[shard]
        batch = lane.waiting[lane.given]
        if len(batch.keys) > limit:
            lane.part = limit
            batches.append(batch.slice(0, limit))
            break
        lane.given += 1
        limit -= len(batch.keys)
        batches.append(batch)
    return batches
