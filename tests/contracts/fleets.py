"""Workers of one application on one stream, on each kind of store, and what tests of leases do with them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import msgspec
from django.db.models.functions import Now

from streams.commits import Commit
from streams.hashing import HASH_SPACE
from streams.leases import Leases
from streams.models import Lease, Member
from streams.records import TRIM_HORIZON, Description, Position, Shard
from streams.worker import LeaseStore
from tests.fakes import FakeClock
from tests.memory_leases import MemoryLeases, Table

NOON = 1_795_348_800_000
HALF = HASH_SPACE // 2
WHOLE = Shard("a", 0, HASH_SPACE - 1)
LEFT, RIGHT = Shard("b", 0, HALF - 1, ("a",)), Shard("c", HALF, HASH_SPACE - 1, ("a",))
PAIR = [Shard("a", 0, HALF - 1), Shard("b", HALF, HASH_SPACE - 1)]


def inherit(snapshots: list[bytes], owns: Callable[[str], bool], clock: int | None = None) -> bytes:
    """States are lists of keys."""
    return msgspec.json.encode([key for state in snapshots for key in msgspec.json.decode(state) if owns(key)])


class Fleet(Protocol):
    """Workers of one application on one stream."""

    def worker(self, owner: str) -> LeaseStore[Any]: ...
    def expire(self, owner: str) -> None:
        """The worker has not been heard of for longer than a lease."""


class DatabaseFleet:
    def worker(self, owner: str) -> LeaseStore[Any]:
        return Leases("app", "s", "topic", lambda results: None, inherit, owner)

    def expire(self, owner: str) -> None:
        past = Now() - timedelta(seconds=1)
        Lease.objects.filter(owner=owner).update(expires=past)
        Member.objects.filter(owner=owner).update(expires=past)


class MemoryFleet:
    def __init__(self) -> None:
        self.table = Table(FakeClock())

    def worker(self, owner: str) -> LeaseStore[Any]:
        return MemoryLeases(self.table, owner, inherit)

    def expire(self, owner: str) -> None:
        for row in self.table.rows.values():
            row.expires = 0 if row.owner == owner else row.expires
        self.table.members[owner] = 0


def listed(*shards: Shard, identity: str = "one") -> Description:
    return Description("s", "ACTIVE", 24, list(shards or PAIR), identity)


def joined(fleet: Fleet, owner: str, *shards: Shard) -> LeaseStore[Any]:
    """A worker that has said that it lives."""
    worker = fleet.worker(owner)
    worker.sync(lambda: listed(*shards), TRIM_HORIZON)
    worker.share()
    return worker


def commit(place: Position | str, state: bytes = b"[]", clock: int = NOON) -> Commit[Any]:
    return Commit(str(place), clock, state)
