"""Leases in memory, for simulations: passes tests/contracts/test_leases.py as streams.coordination.leases does."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from streams.coordination.assignment import Assignment, covers, target_count
from streams.coordination.listing import Inherit
from streams.core.commits import Commit, HeldLease, LeaseLostError, LetterTakenError, RefusedError, ReplayRequest
from streams.core.entry_log import Bounds
from streams.core.records import SHARD_END, TRIM_HORIZON, DeadRecord, Description, Lost, Position, Shard
from streams.core.segments import SegmentId
from streams.core.state import State
from streams.core.state_log import BOUNDS, StateLog, Write

LEASE = 5000  # milliseconds


@dataclass
class Row:
    """A lease."""

    shard: Shard
    checkpoint: str
    owner: str = ""
    counter: int = 0
    expires: int = 0
    state: bytes = b""  # the head of its log
    segments: dict[SegmentId, bytes] = field(default_factory=dict)
    watermark: int = 0

    def read(self, segments: Sequence[SegmentId]) -> Iterator[tuple[SegmentId, bytes]]:
        return ((segment, self.segments[segment]) for segment in segments if segment in self.segments)

    def load(self, bounds: Bounds) -> tuple[State, StateLog]:
        log = StateLog(self.read, bounds)
        return log.load(self.state), log

    def store(self, write: Write) -> None:
        assert self.segments.keys().isdisjoint(write.added), "a segment is never altered"
        self.state = write.head
        self.segments |= write.added
        for segment in write.removed:
            del self.segments[segment]

    def replace(self, state: State, bounds: Bounds) -> None:
        _, log = self.load(bounds)
        self.store(log.replace(state))


@dataclass
class Table:
    """The table that all workers share."""

    now: Callable[[], int]
    rows: dict[str, Row] = field(default_factory=dict)
    identity: str = ""
    others: dict[str, dict[str, Row]] = field(default_factory=dict)  # leases by identities that are not current
    lost: list[Lost] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    results: dict[Any, Any] = field(default_factory=dict)
    dead: dict[int, DeadRecord] = field(default_factory=dict)
    asked: dict[int, ReplayRequest] = field(default_factory=dict)
    settled: dict[int, str | None] = field(default_factory=dict)  # how replays failed again, by letter
    unkept: int = 0
    bounds: Bounds = BOUNDS
    before_commit: Callable[[], None] = lambda: None
    after_commit: Callable[[], None] = lambda: None


class MemoryLeases:
    """One worker's leases. Results are a dict, merged into the table's."""

    def __init__(self, table: Table, owner: str, inherit: Inherit) -> None:
        self.table = table
        self.owner = owner
        self._inherit = inherit

    def sync(self, describe: Callable[[], Description], start: Position) -> None:
        identity, known = self.table.identity, set(self.table.rows)
        found = describe()
        shards = found.shards
        if known and found.identity != self.table.identity:
            if identity == self.table.identity:
                self._exchange(found)
            return
        self.table.identity = found.identity
        place = TRIM_HORIZON._replace(passed=0) if known else start
        for shard in shards:
            self.table.rows.setdefault(shard.id, Row(shard, str(place)))
        gone = known - {shard.id for shard in shards} if identity == found.identity else set()
        for name in gone:
            self.table.rows[name] = replace(self.table.rows[name], checkpoint=SHARD_END.kind, owner="", expires=0)

    def _exchange(self, found: Description) -> None:
        """Puts the rows of another identity in place of those so far, with the state of these."""
        table = self.table
        states = [row.load(table.bounds)[0] for row in self._last_states() if row.state]
        table.others[table.identity] = table.rows
        table.identity, table.rows = found.identity, table.others.pop(found.identity, {})
        for shard in found.shards:
            table.rows.setdefault(shard.id, Row(shard, str(TRIM_HORIZON)))
        for row in self._readable():
            row.owner, row.expires = "", 0
            owns = covers(f"{row.shard.hash_start:032x}", f"{row.shard.hash_end:032x}")
            own = [row.load(table.bounds)[0]] if row.state else []
            row.replace(self._inherit([*own, *states], owns, row.watermark), table.bounds)

    def _last_states(self) -> list[Row]:
        """Returns rows with a state that no row has taken over; a child's row replaces its parents'."""
        rows = self.table.rows.values()
        begun = {row.shard.id for row in rows if row.state or row.checkpoint == SHARD_END.kind}
        children = {row.shard.id: [c.shard.id for c in rows if row.shard.id in c.shard.parents] for row in rows}
        ended = [row for row in rows if row.checkpoint == SHARD_END.kind]
        awaited = [row for row in ended if not children[row.shard.id] or set(children[row.shard.id]) - begun]
        return [*awaited, *(row for row in rows if row.checkpoint != SHARD_END.kind)]

    def set_aside(self, held: HeldLease, trouble: str) -> None:
        self.table.troubles[held.shard] = trouble

    def assign(self) -> Assignment:
        now = self.table.now()
        self.table.members[self.owner] = now + LEASE
        for row in self._mine().values():
            row.expires = now + LEASE
        living = [owner for owner, expires in self.table.members.items() if expires >= now]
        return Assignment(target_count(self.owner, living, len(self._readable())), set(self._mine()))

    def acquire(self, most: int) -> list[HeldLease]:
        now = self.table.now()
        free = [row for row in self._readable() if row.owner != self.owner and (not row.owner or row.expires < now)]
        return [self._take(row) for row in free[: max(0, most)]]

    def _take(self, row: Row) -> HeldLease:
        row.owner, row.counter, row.expires = self.owner, row.counter + 1, self.table.now() + LEASE
        parents = [self.table.rows[name] for name in row.shard.parents if name in self.table.rows]
        watermark = row.watermark or max((parent.watermark for parent in parents), default=0)
        if not row.state and row.shard.parents:
            owns = covers(f"{row.shard.hash_start:032x}", f"{row.shard.hash_end:032x}")
            states = [parent.load(self.table.bounds)[0] for parent in parents]
            row.replace(self._inherit(states, owns), self.table.bounds)
        state, log = row.load(self.table.bounds)
        bounds = row.shard.hash_start, row.shard.hash_end
        rest = *bounds, self.table.identity, "", log
        return HeldLease("app", "s", row.shard.id, self.owner, row.counter, row.checkpoint, state, watermark, *rest)

    def _mine(self) -> dict[str, Row]:
        return {name: row for name, row in self.table.rows.items() if row.owner == self.owner}

    def _readable(self) -> list[Row]:
        unread = {name for name, row in self.table.rows.items() if row.checkpoint != SHARD_END.kind}
        return [self.table.rows[n] for n in sorted(unread) if not unread.intersection(self.table.rows[n].shard.parents)]

    def release(self, shards: Collection[str]) -> None:
        for name, row in self._mine().items():
            if name in shards:
                row.owner, row.expires = "", 0

    def leave_group(self) -> None:
        self.release(list(self._mine()))
        self.table.members.pop(self.owner, None)

    def watermark(self) -> int | None:
        watermarks = [row.watermark for row in self.table.rows.values() if row.checkpoint != SHARD_END.kind]
        return min(watermarks) if watermarks and all(watermarks) else None

    def replay_requests(self, held: HeldLease) -> list[ReplayRequest]:
        shard = self.table.rows[held.shard].shard
        owns = covers(f"{shard.hash_start:032x}", f"{shard.hash_end:032x}")
        return [letter for letter in self.table.asked.values() if owns(letter.key)]

    def commit(self, held: HeldLease, commit: Commit[Any]) -> None:
        assert held.log
        write = held.log.write(commit.state, commit.watermark) if commit.state is not None else None
        self.table.before_commit()
        row = self._held(held)
        if commit.results and b"unstorable" in commit.results.values():
            raise RefusedError("value too long")
        if any(letter.id not in self.table.asked for letter, _ in commit.replayed):
            raise LetterTakenError
        for letter, error in commit.replayed:
            self.table.settled[letter.id] = error
            del self.table.asked[letter.id]
            if error is None:
                self.table.dead.pop(letter.sequence, None)
        before, after = _places(row.checkpoint), _places(commit.checkpoint)
        assert all(after.get(shard, place) >= place for shard, place in before.items()), "a checkpoint never moves back"
        row.checkpoint, row.watermark = commit.checkpoint, commit.watermark
        if write:
            row.store(write)
        row.expires = self.table.now() + LEASE
        row.owner = "" if commit.checkpoint == SHARD_END.kind else row.owner
        self.table.lost += [commit.lost] if commit.lost else []
        self.table.results |= commit.results or {}
        self.table.unkept += commit.unkept
        self.table.dead |= {record.sequence: record for record in commit.dead}
        self.table.after_commit()

    def state(self, held: HeldLease) -> State:
        assert held.log
        return held.log.load(self._held(held).state)

    def replace(self, held: HeldLease, state: State) -> None:
        assert held.log
        self._held(held).store(held.log.replace(state))

    def _held(self, held: HeldLease) -> Row:
        row = self.table.rows.get(held.shard)
        if not row or (self.table.identity, row.owner, row.counter) != (held.identity, held.owner, held.counter):
            raise LeaseLostError(held.shard)
        return row


def _places(checkpoint: str) -> dict[str, tuple[bool, int]]:
    """Returns the place in each shard of a lease of the whole stream; under "" that of a lease of one shard."""
    parts = [part.rpartition("=") for part in checkpoint.split(" ")]
    return {shard: (place == SHARD_END.kind, Position.parse(place).value) for shard, _, place in parts}
