"""Tests the worker: it takes free shards, drops lost ones and gives its own back at the end."""

import pytest

from streams.core.commits import HeldLease, ReplayRequest, StoreDownError
from streams.core.records import TRIM_HORIZON, Page, Position, ShardError, StreamDownError
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader
from streams.engine.worker import Worker
from tests.fakes import FakeClock, MemoryStream
from tests.streams.engine.fake_leases import FakeLeases
from tests.streams.engine.test_pipeline import Summing, decode


class Stage:
    def __init__(self, *free: str) -> None:
        self.stream = MemoryStream("s", FakeClock())
        self.stream.create(shards=2)
        self.leases = FakeLeases(list(free))
        self.time = 0.0
        self.worker = Worker(
            self.leases, self.stream.describe, self.open_shard, TRIM_HORIZON, lambda: self.time, self.stream.now
        )

    def open_shard(self, held: HeldLease) -> Pipeline[bytes, list[bytes]]:
        reader = ShardReader(self.stream, held.shard, held.checkpoint, held.identity)
        return Pipeline(held, reader, decode, Summing, self.leases)

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


def test_worker_asks_for_leases_twice_a_second_and_for_shards_every_ten() -> None:
    stage = Stage()
    for _ in range(45):
        stage.worker.step()
        stage.time += 0.25
    assert (stage.leases.looks, stage.leases.listings) == (23, 2)


def test_a_shard_that_becomes_free_is_taken() -> None:
    stage = Stage(A)
    stage.put()
    stage.worker.step()
    stage.leases.free = [B]
    stage.time = 1
    stage.worker.step()
    assert [shard for shard, _ in stage.leases.commits] == [A, B]


def test_shards_beyond_the_share_are_given_back_and_no_longer_read() -> None:
    stage = Stage(A, B)
    stage.put()
    stage.worker.step()
    stage.leases.target = 1
    stage.time = 1
    stage.put()
    stage.worker.step()
    assert stage.leases.held == {A}
    assert [shard for shard, _ in stage.leases.commits] == [A, B, A]


def test_a_lost_shard_is_dropped_and_the_others_go_on() -> None:
    stage = Stage(A, B)
    stage.leases.lost = {A}
    stage.put()
    assert stage.worker.step() is True
    stage.leases.lost = set()
    stage.put()
    stage.worker.step()
    assert [shard for shard, _ in stage.leases.commits] == [B, B]


def test_shard_of_another_worker_is_dropped_before_it_is_read_again() -> None:
    stage = Stage(A)
    stage.worker.step()
    before = list(stage.leases.commits)
    stage.leases.held = set()
    stage.time = 1
    stage.put()
    assert (stage.worker.step(), stage.leases.commits) == (False, before)


def test_close_gives_every_shard_back() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.worker.close()
    assert (stage.leases.held, stage.worker.step()) == (set(), False)


def test_children_are_listed_at_once_when_a_shard_ends() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.stream.split(A)
    stage.worker.step()
    assert stage.leases.held == set()
    stage.worker.step()
    assert stage.leases.listings == 2


def test_dead_letter_is_replayed_when_requested() -> None:
    stage = Stage(A)
    stage.leases.asked = [letter := ReplayRequest(1, 7, "key", b"again")]
    stage.worker.step()
    assert letter in stage.leases.replayed


def test_dead_letters_beyond_a_batch_are_fetched_at_once() -> None:
    stage = Stage(A)
    stage.leases.asked = [ReplayRequest(1, 7, "key", b"again")]
    assert stage.worker.step() is True
    stage.leases.asked = [ReplayRequest(2, 8, "key", b"again")]
    assert (stage.worker.step(), stage.worker.step()) == (True, False)
    assert [letter.id for letter in stage.leases.replayed] == [1, 2]


def test_store_is_asked_again_after_an_outage_and_leases_are_taken_anew() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.leases.down = True
    stage.put()
    assert stage.worker.step() is False
    stage.leases.down, stage.leases.free = False, [A]
    before = len(stage.leases.commits)
    stage.time = 2
    assert stage.worker.step() is True
    assert [shard for shard, _ in stage.leases.commits[before:]] == [A]


def test_stream_is_read_on_from_its_place_after_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object) -> Page:
        raise StreamDownError("Nobody answers.")

    stage = Stage(A)
    stage.worker.step()
    stage.put()
    with monkeypatch.context() as away:
        away.setattr(stage.stream, "read", nobody)
        assert stage.worker.step() is False
    stage.time, stage.leases.free = 2, [A]
    assert stage.worker.step() is True


def test_worker_ends_when_the_store_is_away() -> None:
    stage = Stage(A)
    stage.worker.step()
    stage.leases.down = True
    stage.worker.close()


def test_store_that_was_never_there_raises() -> None:
    stage = Stage(A)
    stage.leases.down = True
    with pytest.raises(StoreDownError):
        stage.worker.step()


def test_lease_that_cannot_be_opened_is_set_aside_and_the_others_go_on() -> None:
    stage = Stage(A, B)
    stage.leases.checkpoints[A] = "garbage"
    stage.put()
    stage.worker.step()
    assert [shard for shard, _ in stage.leases.commits] == [B]
    assert stage.leases.troubles[A].startswith("its lease is damaged ('garbage' is not a place in a shard)")
    assert (stage.leases.held, stage.worker.standing_still(0)) == ({A, B}, [A])


def test_a_shard_that_was_set_aside_is_tried_again_after_a_minute() -> None:
    stage = Stage(A)
    stage.leases.checkpoints[A] = "garbage"
    stage.put()
    stage.worker.step()
    stage.time, stage.leases.checkpoints = 59, {}
    assert (stage.worker.step(), stage.leases.commits) == (False, [])
    stage.time, stage.leases.free = 60, [A]
    assert (stage.worker.step(), [shard for shard, _ in stage.leases.commits]) == (True, [A])


def test_damaged_shard_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    read = MemoryStream.read

    def damaged(stream: MemoryStream, shard: str, position: Position, limit: int) -> Page:
        if shard == A:
            raise ShardError("It is damaged.")
        return read(stream, shard, position, limit)

    monkeypatch.setattr(MemoryStream, "read", damaged)
    stage = Stage(A, B)
    stage.put()
    stage.worker.step()
    assert (stage.leases.troubles, [shard for shard, _ in stage.leases.commits]) == ({A: "It is damaged."}, [B])


def test_recreated_stream_is_listed_at_once_and_read_without_old_checkpoints() -> None:
    stage = Stage(A)
    stage.worker.step()
    before = list(stage.leases.commits)
    stage.stream.delete()
    stage.stream.create(shards=2)
    stage.put()
    assert (stage.worker.step(), stage.leases.commits) == (False, before)
    stage.time = 0.5
    stage.worker.step()
    assert stage.leases.listings == 2


def test_deleted_shard_is_given_back_and_the_others_go_on() -> None:
    stage = Stage(A, B)
    stage.worker.step()
    stage.stream.split(A)
    stage.stream.drop(A)
    stage.put()
    stage.worker.step()
    assert stage.leases.held == {B}
    assert stage.leases.commits[-1][0] == B
