"""Leases in memory for tests of the worker."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from streams.coordination.assignment import Assignment
from streams.core.commits import Commit, HeldLease, LeaseLostError, ReplayRequest, StoreDownError
from streams.core.records import SHARD_END, TRIM_HORIZON, Description, Position
from streams.core.state import EMPTY, State


@dataclass
class FakeLeases:
    """Hands out acquired when told to, and keeps commits."""

    free: list[str]
    target: int = 9
    down: bool = False
    held: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    listings: int = 0
    looks: int = 0
    commits: list[tuple[str, str]] = field(default_factory=list)
    asked: list[ReplayRequest] = field(default_factory=list)
    replayed: list[ReplayRequest] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    checkpoints: dict[str, str] = field(default_factory=dict)

    def sync(self, describe: Callable[[], Description], start: Position) -> None:
        self.listings += 1

    def assign(self) -> Assignment:
        if self.down:
            raise StoreDownError("gone")
        self.looks += 1
        return Assignment(self.target, set(self.held))

    def acquire(self, most: int) -> list[HeldLease]:
        taken, self.free = self.free[: max(0, most)], self.free[max(0, most) :]
        self.held |= set(taken)
        place = {shard: self.checkpoints.get(shard, str(TRIM_HORIZON)) for shard in taken}
        return [HeldLease("app", "s", shard, "me", 1, place[shard], EMPTY, 0, identity="memory:1") for shard in taken]

    def release(self, shards: Collection[str]) -> None:
        self.held -= set(shards)

    def leave_group(self) -> None:
        if self.down:
            raise StoreDownError("gone")
        self.held = set()

    def watermark(self) -> int | None:
        return None

    def set_aside(self, held: HeldLease, trouble: str) -> None:
        self.troubles[held.shard] = trouble

    def replay_requests(self, held: HeldLease) -> list[ReplayRequest]:
        asked, self.asked = self.asked, []
        return asked

    def state(self, held: HeldLease) -> State:
        return EMPTY

    def replace(self, held: HeldLease, state: State) -> None:
        raise NotImplementedError

    def commit(self, held: HeldLease, commit: Commit[list[bytes]]) -> None:
        if self.down:
            raise StoreDownError("gone")
        if held.shard in self.lost:
            raise LeaseLostError(held.shard)
        self.commits.append((held.shard, commit.checkpoint))
        if commit.checkpoint == SHARD_END.kind:
            self.held.discard(held.shard)
        self.replayed += [letter for letter, _ in commit.replayed]
