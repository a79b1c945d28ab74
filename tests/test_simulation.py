"""A whole fleet in one thread: injected time, stream and store, and a crash before or after every arrow.

Hypothesis chooses the events; a failure prints the steps that lead to it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from streams.backends.embedded.own_clock import Anchor, Reading
from streams.core.clock import MINUTE
from streams.core.commits import HeldLease, StoreDownError
from streams.core.entry_log import Bounds
from streams.core.records import SHARD_END, TRIM_HORIZON, Batch, DeadRecord, Description, Position, StreamDownError
from streams.core.state import State, StateChange, StateKey, merge
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader
from streams.engine.worker import Worker
from tests.crashing import ARROWS, CrashError, CrashingStream, Throttle, refuse
from tests.fakes import FakeClock, MemoryStream
from tests.memory_leases import LEASE, MemoryLeases, Table

pytestmark = pytest.mark.long  # four hundred fleets: 6 s
KEYS = [f"key-{number}" for number in range(6)]
BAD = b"poison"
REMADE = "remake after read"  # the stream is deleted and made anew while a worker holds a page of it
FATES = ["", "", REMADE, *(f"{fate} {arrow}" for fate in ("die", "sleep", "clock", "refuse") for arrow in ARROWS)]
HOUR = 60 * MINUTE
WRONG = [0, HOUR, 1500, -HOUR, 24 * HOUR]  # milliseconds that a wall clock is set ahead


class Keeping:
    """Keeps every record of each key, in order; refuses BAD, and records a minute late, as `trades` does."""

    def __init__(self, state: State) -> None:
        self.clock = int(state.meta or b"0")
        self.kept = {key: msgspec.msgpack.decode(data, type=list[bytes]) for (key,), data in state.entries.items()}
        self.changed: set[str] = set()
        self.unsaved: set[str] = set()

    def add(self, batch: Batch, events: list[bytes]) -> list[DeadRecord]:
        if batch.arrived < self.clock - MINUTE:
            raise ArithmeticError("late")
        for key, event in zip(batch.keys, events, strict=True):
            if event == BAD:
                raise ArithmeticError("poison")
            self.kept.setdefault(key, []).append(event)
            self.changed.add(key)
        return []

    def advance(self, clock: int) -> None:
        self.clock = max(self.clock, clock)

    def take(self) -> dict[str, list[bytes]] | None:
        changed, self.changed = self.changed, set()
        self.unsaved |= changed
        return {key: list(self.kept[key]) for key in changed} or None

    def configure(self, settings: object) -> None:
        pass

    def changes(self) -> StateChange:
        put: dict[StateKey, bytes] = {(key,): msgspec.msgpack.encode(self.kept[key]) for key in sorted(self.unsaved)}
        self.unsaved = set()
        return StateChange(str(self.clock).encode(), put)


def inherit(states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
    latest = max((int(state.meta or b"0") for state in states), default=0) if watermark is None else watermark
    return merge(states, owns)._replace(meta=str(latest).encode())


def decode(batch: Batch) -> tuple[Batch, list[bytes], list[DeadRecord]]:
    return batch, batch.datas, []


class Fleet(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.wrong = 0  # milliseconds that the wall clock of all workers and producers is ahead
        self.anchor = Anchor()
        self.stream = MemoryStream("s", self.stream_time)
        self.table = Table(self.clock, bounds=Bounds(head=60, segment=8192))
        self.table.before_commit = lambda: self.crash("before commit")
        self.table.after_commit = lambda: self.crash("after commit")
        self.throttle = Throttle()
        self.crash_at = ""
        self.moving = ""
        self.put: list[tuple[str, bytes]] = []  # into any of the streams that had the name, in order
        self.held: list[tuple[str, str, int, str, bytes]] = []  # the same: identity, shard, sequence, key, data
        self.workers: dict[str, Worker[Any, Any]] = {}
        self.started = 0

    def stream_time(self) -> int:
        """As an embedded stream tells it, with every look at the clocks counting as a write."""
        elapsed = self.clock()
        self.anchor = self.anchor.moved(Reading("boot", elapsed, elapsed + self.wrong), 0)
        return self.anchor.at(elapsed)

    def crash(self, arrow: str) -> None:
        """Where a worker passes an arrow: it may die there, be stopped so long that others take its shards, find its
        wall clock set, or be refused by a stream or a store that is too busy.
        """
        fate, self.crash_at = self.crash_at, ""
        if fate == f"die {arrow}":
            raise CrashError(arrow)
        if fate == f"sleep {arrow}":
            self.clock.advance(LEASE + 1)
            self._split_one()
            others = [worker for name, worker in self.workers.items() if name != self.moving]
            for worker in others * 5:
                worker.step()
        elif fate == f"remake {arrow}":
            self._remake()
        elif fate == f"clock {arrow}":
            self.wrong = WRONG[(WRONG.index(self.wrong) + 1) % len(WRONG)]
        elif fate == f"refuse {arrow}":
            refuse(arrow)
        elif fate:
            self.crash_at = fate  # not here

    @initialize(shards=st.integers(1, 4))
    def create(self, shards: int) -> None:
        self.stream.create(shards)
        self.start_a_worker()

    @precondition(lambda self: len(self.workers) < 4)
    @rule()
    def start_a_worker(self) -> None:
        self.started += 1
        name = f"worker-{self.started}"
        leases = MemoryLeases(self.table, name, self.inherit)
        stream: Any = CrashingStream(self.stream, self.crash, self.throttle)

        def open_shard(held: HeldLease) -> Pipeline[Any, Any]:
            return self.open_shard(held, stream, leases)

        def describe() -> Description:
            listed = self.stream.describe()
            self.crash("after listing")
            return self.listed(listed)

        self.workers[name] = Worker(
            leases, describe, open_shard, TRIM_HORIZON, lambda: self.clock() / 1000, self.stream.now
        )

    # What another application of the fleet does in its own way.

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        return inherit(states, owns, watermark)

    def open_shard(self, held: HeldLease, stream: Any, leases: MemoryLeases) -> Pipeline[Any, Any]:
        reader = ShardReader(stream, held.shard, held.checkpoint, held.identity)
        return Pipeline(held, reader, decode, Keeping, leases)

    def listed(self, found: Description) -> Description:
        return found

    def data(self, key: str, number: int) -> bytes:
        return f"{number}".encode()

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=12), bad=st.integers(0, 30))
    def put_some(self, keys: list[str], bad: int) -> None:
        entries = [
            (key, BAD if index == bad else self.data(key, len(self.put) + index)) for index, key in enumerate(keys)
        ]
        self.stream.put(entries)
        self.put += entries

    @rule(shards=st.integers(1, 3))
    def remake(self, shards: int) -> None:
        """Unread records of the stream are lost with it; all others are counted once."""
        self._remake(shards)

    def _remake(self, shards: int = 1) -> None:
        self._note_held()
        self.stream.delete()
        self.stream.create(shards)

    def _note_held(self) -> None:
        identity = self.stream.describe().identity
        self.held += [
            (identity, shard, sequence, key, data)
            for shard, records in self.stream._records.items()
            for sequence, _, key, data in records
        ]

    @rule(choice=st.integers(0, 9), fate=st.sampled_from(FATES))
    def step(self, choice: int, fate: str) -> None:
        """One worker moves; it may be killed on the way, and then never says another word."""
        if self.workers:
            self.moving = sorted(self.workers)[choice % len(self.workers)]
            self.crash_at = fate
            worker = self.workers[self.moving]
            try:
                worker.step()
            except CrashError:
                del self.workers[self.moving]
            except (StoreDownError, StreamDownError):
                assert not worker._begun  # later on it would have asked again
                del self.workers[self.moving]
            self.crash_at = self.moving = ""

    @rule(choice=st.integers(0, 9))
    def stop(self, choice: int) -> None:
        if self.workers:
            self.workers.pop(sorted(self.workers)[choice % len(self.workers)]).close()

    @rule(milliseconds=st.sampled_from([10, 600, LEASE + 1, 11_000, 61_000]))
    def time_passes(self, milliseconds: int) -> None:
        """Long enough, and every lease that nobody renewed is anybody's: a paused owner wakes to find it gone."""
        self.clock.advance(milliseconds)

    @rule(reads=st.integers(1, 9))
    def throttle_reads(self, reads: int) -> None:
        self.throttle.reads = reads

    @rule(wrong=st.sampled_from(WRONG))
    def clock_is_set(self, wrong: int) -> None:
        """The wall clock of the machine: nothing may be late, or look complete, because of it."""
        self.wrong = wrong

    @rule(wrong=st.sampled_from(WRONG))
    def clock_is_wrong_for_seconds(self, wrong: int) -> None:
        """Moves every process; the time that they learn in these seconds must not outlast them."""
        self.wrong = wrong
        for worker in list(self.workers.values()) * 2:
            self.clock.advance(600)
            worker.step()
        self.wrong = 0

    @rule(choice=st.integers(0, 9))
    def split(self, choice: int) -> None:
        self._split_one(choice)

    def _split_one(self, choice: int = 0) -> None:
        shards = [shard for shard in self.stream.describe().shards if shard.open]
        if len(shards) < 6:
            self.stream.split(shards[choice % len(shards)].id)

    @rule(choice=st.integers(0, 9))
    def merge(self, choice: int) -> None:
        shards = sorted((shard for shard in self.stream.describe().shards if shard.open), key=lambda s: s.hash_start)
        if len(shards) > 1:
            first = choice % (len(shards) - 1)
            self.stream.merge(shards[first].id, shards[first + 1].id)

    def teardown(self) -> None:
        """The workers that are left, or one more, apply every record once, in order."""
        self.throttle.reads = 0
        self.start_a_worker()
        while not self._all_at_rest():
            pass
        self._note_held()
        self.check()

    def check(self) -> None:
        read = [record for record in sorted(self.held, key=lambda one: one[2]) if self._was_read(*record[:3])]
        good = {key: [data for *_, k, data in read if k == key and data != BAD] for *_, key, _ in read}
        assert self.table.results == {key: kept for key, kept in good.items() if kept}
        assert len(self.table.dead) == sum(data == BAD for *_, data in read)
        now = self.stream.describe().identity
        assert [record for record in self.held if record[0] == now and record not in read] == []

    def _was_read(self, identity: str, shard: str, sequence: int) -> bool:
        """By the checkpoints alone, as they were when the stream's leases were last current."""
        table = self.table
        rows = table.rows if identity == table.identity else table.others.get(identity, {})
        if shard not in rows:
            return False
        place = Position.parse(rows[shard].checkpoint)
        return place == SHARD_END or sequence <= place.value

    def _all_at_rest(self) -> bool:
        """Some rounds of everybody; whether none found anything in them."""
        found = False
        for _ in range(24):
            self.clock.advance(600)
            found |= any([worker.step() for worker in self.workers.values()])  # noqa: C419 - each must step
        return not found


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=400, stateful_step_count=30, deadline=None)
