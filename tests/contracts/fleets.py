"""Workers of one application on one stream, on each kind of store, with helpers for tests of leases."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, Protocol

from django.db.models.functions import Now

from streams.coordination import replay_requests
from streams.core.commits import Commit, HeldLease, ReplayRequest, Store
from streams.core.entry_log import Bounds
from streams.core.hashing import HASH_SPACE
from streams.core.records import TRIM_HORIZON, DeadRecord, Description, Position, Shard
from streams.core.sink import Rows
from streams.core.state import EMPTY, State, StateChange, merge
from streams.engine.worker import LeaseStore
from streams.models import DeadLetter, Lease, Member
from tests.fakes import FakeClock
from tests.leasing import WorkersLeases
from tests.memory_leases import MemoryLeases, Table

NOON = 1_795_348_800_000
HALF = HASH_SPACE // 2
WHOLE = Shard("a", 0, HASH_SPACE - 1)
LEFT, RIGHT = Shard("b", 0, HALF - 1, ("a",)), Shard("c", HALF, HASH_SPACE - 1, ("a",))
TINY = Bounds(head=20, segment=200)  # so that any state has segments
PAIR = [Shard("a", 0, HALF - 1), Shard("b", HALF, HASH_SPACE - 1)]


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    return merge(states, owns)


class FleetWorker(LeaseStore, Store[Any], Protocol):
    """The leases of one worker and the store of its commits."""


class Fleet(Protocol):
    """Workers of one application on one stream."""

    def worker(self, owner: str) -> FleetWorker: ...
    def expire(self, owner: str) -> None:
        """The worker has not been heard of for longer than a lease."""

    def ask(self, *keys: str) -> None:
        """Somebody wants dead letters with these keys replayed; their sequence numbers are 1, 2, 3 …"""

    def settled(self) -> list[tuple[int, str]]:
        """Of letters that were tried again, the sequence number and the error, "" for those applied."""

    def take_back(self, sequence: int) -> None:
        """Somebody discards a letter that was asked for."""


class DatabaseFleet:
    def worker(self, owner: str) -> FleetWorker:
        return WorkersLeases("app", "s", "topic", Rows(lambda stream, results: None), inherit, owner, bounds=TINY)

    def expire(self, owner: str) -> None:
        past = Now() - timedelta(seconds=1)
        Lease.objects.filter(owner=owner).update(expires=past)
        Member.objects.filter(owner=owner).update(expires=past)

    def ask(self, *keys: str) -> None:
        for number, key in enumerate(keys, 1):
            dead = [DeadRecord(number, NOON, key, f"data {number}".encode(), "why", 1)]
            replay_requests.add(HeldLease("app", "s", "z", "me", 1, "", EMPTY, 0), dead, None)
        DeadLetter.objects.update(status=DeadLetter.Status.REPLAY)

    def settled(self) -> list[tuple[int, str]]:
        tried = DeadLetter.objects.filter(attempts=2).order_by("pk")
        return [(int(row.sequence), "" if row.status == "applied" else row.error) for row in tried]

    def take_back(self, sequence: int) -> None:
        DeadLetter.objects.filter(sequence=str(sequence)).update(status=DeadLetter.Status.DISCARDED)


class MemoryFleet:
    def __init__(self) -> None:
        self.table = Table(FakeClock(), bounds=TINY)

    def worker(self, owner: str) -> FleetWorker:
        return MemoryLeases(self.table, owner, inherit)

    def expire(self, owner: str) -> None:
        for row in self.table.rows.values():
            row.expires = 0 if row.owner == owner else row.expires
        self.table.members[owner] = 0

    def ask(self, *keys: str) -> None:
        for number, key in enumerate(keys, 1):
            self.table.asked[number] = ReplayRequest(number, number, key, f"data {number}".encode())

    def settled(self) -> list[tuple[int, str]]:
        return [(number, error or "") for number, error in sorted(self.table.settled.items())]

    def take_back(self, sequence: int) -> None:
        del self.table.asked[sequence]


def listed(*shards: Shard, identity: str = "one") -> Description:
    return Description("s", "ACTIVE", 24, list(shards or PAIR), identity)


def joined(fleet: Fleet, owner: str, *shards: Shard) -> FleetWorker:
    """A worker that has said that it lives."""
    worker = fleet.worker(owner)
    worker.sync(lambda: listed(*shards), TRIM_HORIZON)
    worker.assign()
    return worker


def commit(place: Position | str, keys: Collection[str] = (), watermark: int = NOON) -> Commit[Any]:
    """A commit after which the state has an entry for each of these keys, besides those that it had."""
    return Commit(str(place), watermark, StateChange(b"meta", {(key,): b"data" for key in keys}))


def keys_of(state: State) -> list[str]:
    """Returns the keys of a state's entries, sorted."""
    return sorted(key for (key,) in state.entries)
