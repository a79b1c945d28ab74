"""A worker: takes what it can get, drops what it lost, gives back what it holds."""

from dataclasses import dataclass, field

from streams.commits import Commit, Grant, LeaseLostError
from streams.pipeline import ShardPipeline
from streams.records import SHARD_END, TRIM_HORIZON, Description, Position
from streams.worker import Worker
from tests.fakes import FakeClock, MemoryStream
from tests.streams.test_pipeline import Summing, decode


@dataclass
class FakeLeases:
    """Hands out grants when told to, and keeps commits."""

    free: list[str]
    lost: set[str] = field(default_factory=set)
    looks: int = 0
    released: bool = False
    commits: list[tuple[str, Position]] = field(default_factory=list)

    def sync(self, description: Description, start: Position) -> None:
        self.looks += 1

    def acquire(self) -> list[Grant]:
        free, self.free = self.free, []
        return [Grant("app", "s", shard, "me", 1, TRIM_HORIZON, b"", 0) for shard in free]

    def renew(self) -> None: ...

    def release(self) -> None:
        self.released = True

    def complete_to(self) -> int | None:
        return None

    def commit(self, grant: Grant, commit: Commit[list[bytes]]) -> None:
        if grant.shard in self.lost:
            raise LeaseLostError(grant.shard)
        self.commits.append((grant.shard, commit.checkpoint))


class Stage:
    def __init__(self, *free: str) -> None:
        self.stream = MemoryStream("s", FakeClock())
        self.stream.create(shards=2)
        self.leases = FakeLeases(list(free))
        self.time = 0.0
        self.worker = Worker(self.leases, self.stream.describe, self.open_shard, TRIM_HORIZON, lambda: self.time)

    def open_shard(self, grant: Grant) -> ShardPipeline[bytes, list[bytes]]:
        return ShardPipeline(grant, self.stream, decode, Summing, self.leases)

    def put(self) -> None:
        """Something into both shards."""
        self.stream.put([(f"key-{number}", b"a") for number in range(20)])


A, B = "shardId-000000000000", "shardId-000000000001"


def test_a_worker_without_shards_finds_nothing() -> None:
    stage = Stage()
    stage.put()
    assert stage.worker.step() is False


def test_every_shard_held_is_moved_on_in_one_step() -> None:
    stage = Stage(A, B)
    stage.put()
    assert (stage.worker.step(), stage.worker.step()) == (True, False)
    assert [shard for shard, _ in stage.leases.commits] == [A, B]


def test_it_looks_for_shards_once_a_second() -> None:
    stage = Stage()
    for _ in range(9):
        stage.worker.step()
        stage.time += 0.25
    assert stage.leases.looks == 3


def test_a_shard_that_becomes_free_is_taken() -> None:
    stage = Stage(A)
    stage.put()
    stage.worker.step()
    stage.leases.free = [B]
    stage.time = 1
    stage.worker.step()
    assert [shard for shard, _ in stage.leases.commits] == [A, B]


def test_a_lost_shard_is_dropped_and_the_others_go_on() -> None:
    stage = Stage(A, B)
    stage.leases.lost = {A}
    stage.put()
    assert stage.worker.step() is True
    stage.leases.lost = set()
    stage.put()
    stage.worker.step()
    assert [shard for shard, _ in stage.leases.commits] == [B, B]


def test_closing_gives_everything_back() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.worker.close()
    assert (stage.leases.released, stage.worker.step()) == (True, False)


def test_a_shard_that_ended_is_let_go() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.worker._shards[A]._position = SHARD_END
    stage.worker.step()
    assert stage.worker._shards == {}
