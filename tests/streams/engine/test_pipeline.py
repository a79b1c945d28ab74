"""Tests the pipeline of a shard: each record is applied or dead-lettered once, under any refusals."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.commits import (
    Commit,
    HeldLease,
    LeaseLostError,
    LetterTakenError,
    RefusedError,
    ReplayRequest,
    StoreDownError,
)
from streams.core.records import TRIM_HORIZON, Batch, DeadRecord, after
from streams.core.state import EMPTY, State, StateChange, changed
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader
from tests.fakes import FakeClock, MemoryStream

SHARD = "shardId-000000000000"
SEEN = ("seen",)


class Summing:
    """A processor that keeps its records, and fails on some of them."""

    def __init__(self, state: State, bad: bytes = b"poison") -> None:
        self.seen = state.entries.get(SEEN, b"").split()
        self.changed = False
        self.watermark = 0
        self.bad = bad

    def add(self, batch: Batch, events: list[bytes]) -> list[DeadRecord]:
        for event in events:
            self.seen.append(event)
            self.changed = True
            if event == self.bad:
                raise ArithmeticError("this one is bad")
        return []

    def advance(self, watermark: int) -> None:
        self.watermark = watermark

    def take(self) -> list[bytes] | None:
        changed, self.changed = self.changed, False
        return list(self.seen) if changed else None

    def configure(self, settings: object) -> None:
        self.settings = settings

    def changes(self) -> StateChange:
        return StateChange(b"", {SEEN: b" ".join(self.seen)})


class ListStore:
    """Keeps commits; refuses results that hold a certain record, as a database refuses a value."""

    def __init__(self) -> None:
        self.commits: list[Commit[list[bytes]]] = []
        self.lost = False
        self.taken: set[int] = set()
        self.kept = State(history=[])

    def commit(self, held: HeldLease, commit: Commit[list[bytes]]) -> None:
        if self.lost:
            raise LeaseLostError("not yours")
        if commit.results and b"unstorable" in commit.results:
            raise RefusedError("value too long")
        if any(letter.id in self.taken for letter, _ in commit.replayed):
            self.taken.clear()
            raise LetterTakenError
        self.commits.append(commit)
        self.kept = changed(self.kept, commit.state) if commit.state else self.kept

    def state(self, held: HeldLease) -> State:
        return self.kept

    def replace(self, held: HeldLease, state: State) -> None:
        self.kept = state

    @property
    def applied(self) -> list[bytes]:
        """The results as the last commit that had any left them."""
        return next((commit.results for commit in reversed(self.commits) if commit.results is not None), [])

    @property
    def dead(self) -> list[DeadRecord]:
        return [record for commit in self.commits for record in commit.dead]


def decode(batch: Batch) -> tuple[Batch, list[bytes], list[DeadRecord]]:
    """Events are the data; 'garbage' is malformed."""
    good = [index for index, data in enumerate(batch.datas) if data != b"garbage"]
    dead = [
        DeadRecord(sequence, batch.arrived, key, data, "malformed", 1)
        for sequence, key, data in zip(batch.sequences, batch.keys, batch.datas, strict=True)
        if data == b"garbage"
    ]
    kept = Batch(batch.arrived, [batch.sequences[i] for i in good], ["k"] * len(good), [batch.datas[i] for i in good])
    return kept, kept.datas, dead


class Deployment:
    """A stream with one shard, a store, and pipelines on them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.stream = MemoryStream("s", self.clock)
        self.stream.create()
        self.store = ListStore()

    def put(self, *datas: bytes) -> None:
        self.stream.put([("k", data) for data in datas])

    def pipeline(self) -> Pipeline[Any, Any]:
        """As a new worker would open it, from the last commit on."""
        last = self.store.commits[-1] if self.store.commits else None
        place = (last.checkpoint, self.store.kept, last.watermark) if last else (str(TRIM_HORIZON), EMPTY, 0)
        reader = ShardReader(self.stream, SHARD, place[0])
        return Pipeline(HeldLease("app", "s", SHARD, "me", 1, *place), reader, decode, Summing, self.store)

    def drain(self) -> None:
        pipeline = self.pipeline()
        while pipeline.step():
            pass


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def test_step_applies_the_records_and_returns_whether_there_were_any(deployment: Deployment) -> None:
    deployment.put(b"a", b"b")
    pipeline = deployment.pipeline()
    assert [pipeline.step(), pipeline.step()] == [True, False]
    assert deployment.store.applied == [b"a", b"b"]


def test_record_is_not_blamed_when_a_service_of_the_processor_is_away(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object) -> None:
        raise StoreDownError("The database refused.")

    deployment.put(b"a", b"b")
    pipeline = deployment.pipeline()
    with monkeypatch.context() as patch, pytest.raises(StoreDownError):
        patch.setattr(Summing, "add", ask)
        pipeline.step()
    deployment.drain()
    assert (deployment.store.applied, deployment.store.dead) == ([b"a", b"b"], [])


def test_results_state_and_checkpoint_are_one_commit(deployment: Deployment) -> None:
    deployment.put(b"a", b"garbage")
    deployment.pipeline().step()
    [commit] = deployment.store.commits
    assert (commit.checkpoint, commit.results) == (str(after(2, passed=2)), [b"a"])
    assert commit.state == StateChange(b"", {SEEN: b"a"})
    assert [record.data for record in commit.dead] == [b"garbage"]
    assert commit.arrivals == {deployment.clock.time: (2, 8)}


@given(st.lists(st.sampled_from([b"a", b"b", b"c", b"poison", b"unstorable", b"garbage"]), max_size=40))
def test_every_record_is_applied_or_dead_lettered_once_and_in_order(datas: list[bytes]) -> None:
    deployment = Deployment()
    bad = {b"poison", b"unstorable", b"garbage"}
    if datas:
        deployment.put(*datas)
    deployment.drain()
    assert deployment.store.applied == [data for data in datas if data not in bad]
    assert [record.data for record in deployment.store.dead] == [data for data in datas if data in bad]
    assert [record.sequence for record in deployment.store.dead] == [
        i for i, data in enumerate(datas, 1) if data in bad
    ]


@given(st.lists(st.sampled_from([b"a", b"b", b"poison", b"garbage"]), max_size=30), st.sets(st.integers(0, 30)))
def test_worker_loses_and_doubles_nothing_when_it_dies_between_steps(datas: list[bytes], deaths: set[int]) -> None:
    deployment = Deployment()
    if datas:
        deployment.put(*datas)
    pipeline = deployment.pipeline()
    for step in range(400):
        if step in deaths:
            pipeline = deployment.pipeline()
        if not pipeline.step():
            break
    assert deployment.store.applied == [data for data in datas if data not in (b"poison", b"garbage")]
    assert len(deployment.store.dead) == sum(data in (b"poison", b"garbage") for data in datas)


def test_a_poison_record_is_kept_whole_with_its_error_and_attempts(deployment: Deployment) -> None:
    deployment.put(b"a", b"poison", b"b", b"c")
    deployment.drain()
    [dead] = deployment.store.dead
    assert dead == DeadRecord(
        2, deployment.clock.time, "k", b"poison", "ArithmeticError: this one is bad", dead.attempts
    )
    assert dead.attempts == 2  # with three others, alone


def test_a_poison_record_in_a_full_page_loads_the_state_five_times(deployment: Deployment) -> None:
    deployment.put(*[b"a"] * 6789, b"poison", *[b"a"] * 3210)
    deployment.drain()
    [dead] = deployment.store.dead
    assert (dead.sequence, dead.attempts) == (6790, 5)


def test_steps_are_whole_again_after_a_poison_record(deployment: Deployment) -> None:
    deployment.put(*[b"poison"], *[b"a"] * 50)
    deployment.drain()
    steps = len(deployment.store.commits)
    deployment.put(*[b"b"] * 50)
    deployment.drain()
    assert len(deployment.store.commits) == steps + 1


def test_step_commits_nothing_without_the_lease(deployment: Deployment) -> None:
    deployment.put(b"a")
    pipeline = deployment.pipeline()
    deployment.store.lost = True
    with pytest.raises(LeaseLostError):
        pipeline.step()
    assert deployment.store.commits == []


def test_clock_advances_on_a_quiet_shard(deployment: Deployment) -> None:
    deployment.put(b"a")
    pipeline = deployment.pipeline()
    pipeline.step()
    for _ in range(3):
        deployment.clock.advance(1500)
        assert pipeline.step() is False
    assert [commit.watermark - deployment.clock.time for commit in deployment.store.commits][-1] == -1000
    assert [commit.newest for commit in deployment.store.commits[1:]] == [None, None]  # no record, only time


def test_a_quiet_shard_is_not_committed_more_than_once_a_second(deployment: Deployment) -> None:
    pipeline = deployment.pipeline()
    for _ in range(50):
        deployment.clock.advance(100)
        pipeline.step()
    assert len(deployment.store.commits) == 5


def letters(*datas: bytes) -> list[ReplayRequest]:
    return [ReplayRequest(number, 100 + number, "k", data) for number, data in enumerate(datas)]


@given(st.lists(st.sampled_from([b"a", b"b", b"poison", b"unstorable", b"garbage"]), min_size=1, max_size=40))
def test_each_replayed_letter_has_its_own_outcome(datas: list[bytes]) -> None:
    deployment = Deployment()
    deployment.pipeline().replay(letters(*datas))
    outcomes = [replay for commit in deployment.store.commits for replay in commit.replayed]
    errors = {b"garbage": "malformed", b"poison": "ArithmeticError: this one is bad", b"unstorable": "value too long"}
    assert [letter for letter, _ in outcomes] == letters(*datas)
    assert [error for _, error in outcomes] == [errors.get(data) for data in datas]
    assert deployment.store.applied == [data for data in datas if data not in errors]


def test_good_letters_are_replayed_in_one_commit(deployment: Deployment) -> None:
    deployment.pipeline().replay(letters(*[b"a"] * 400, b"garbage"))
    [commit] = deployment.store.commits
    assert (len(commit.replayed), commit.results, commit.dead) == (401, [b"a"] * 400, ())


def test_replayed_letters_are_not_applied_when_taken_meanwhile(deployment: Deployment) -> None:
    deployment.store.taken = {1}
    pipeline = deployment.pipeline()
    pipeline.replay(letters(b"a", b"b"))
    assert deployment.store.commits == []
    pipeline.replay(letters(b"a"))
    assert deployment.store.applied == [b"a"]


def test_a_few_bad_records_among_many_cost_a_few_steps_each(deployment: Deployment) -> None:
    datas = [b"a"] * 5000
    datas[1000] = datas[3000] = b"poison"
    deployment.put(*datas)
    deployment.drain()
    assert (len(deployment.store.applied), len(deployment.store.dead), len(deployment.store.commits) < 60) == (
        4998,
        2,
        True,
    )
