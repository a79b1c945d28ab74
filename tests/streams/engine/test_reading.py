"""A whole stream, merged by time: nothing twice, nothing left out, nothing before its time."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streams.core.records import TRIM_HORIZON, Lost, Page, StreamRemadeError, at
from streams.engine.reading import ShardReader, WholeReader
from streams.operations.tail import Tail
from tests.fakes import FakeClock, MemoryStream

KEYS = [f"key-{number}" for number in range(8)]


class WholeReading(RuleBasedStateMachine):
    """Puts, splits, merges, reads of any size, and restarts from the checkpoint; the model is the list of puts."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.stream = MemoryStream("s", self.clock)
        self.put: list[tuple[str, bytes]] = []
        self.given: list[tuple[int, int, str, bytes]] = []  # arrived, sequence number, key, data
        self.saved = str(TRIM_HORIZON)

    @initialize(shards=st.integers(1, 3))
    def create(self, shards: int) -> None:
        self.stream.create(shards)
        self.reader = WholeReader(self.stream, self.saved)

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6), wait=st.integers(0, 1500) | st.integers(0, 1))
    def put_some(self, keys: list[str], wait: int) -> None:
        self.clock.advance(wait)
        entries = [(key, str(len(self.put) + index).encode()) for index, key in enumerate(keys)]
        self.stream.put(entries)
        self.put += entries

    @rule(limit=st.integers(1, 8))
    def read(self, limit: int) -> None:
        page = self.reader.read(limit)
        self.saved = self.reader.checkpoint(page)
        self.reader.acknowledge()
        for batch in page.batches:
            self.given += [(batch.arrived, *each) for each in zip(*batch[1:], strict=True)]

    @rule(limit=st.integers(1, 8))
    def read_and_be_refused(self, limit: int) -> None:
        self.reader.read(limit)

    @rule()
    def restart(self) -> None:
        self.reader = WholeReader(self.stream, self.saved)

    @rule(choice=st.randoms(use_true_random=False))
    def split(self, choice: Any) -> None:
        shards = [shard for shard in self.stream.describe().shards if shard.open]
        if len(shards) < 6:
            self.stream.split(choice.choice(shards).id)

    @rule()
    def merge(self) -> None:
        shards = sorted((s for s in self.stream.describe().shards if s.open), key=lambda s: s.hash_start)
        if len(shards) > 1:
            self.stream.merge(shards[0].id, shards[1].id)

    @invariant()
    def what_is_given_is_what_was_put_in_order(self) -> None:
        """Two shards never give their records of one millisecond in another order, however pages are cut."""
        assert [each[2:] for each in self.given] == self.put[: len(self.given)]

    def teardown(self) -> None:
        """In the end all comes, in the order in which `streams tail` has it."""
        self.clock.advance(60_000)
        for _ in range(len(self.put) + 60):
            self.read(limit=5)
        tail = [
            (arrived, sequence, *rest)
            for arrived, sequence, _, *rest in Tail(self.stream, TRIM_HORIZON, lambda: None).held()
        ]
        assert self.given == tail
        assert [each[2:] for each in tail] == self.put


TestWholeReading = WholeReading.TestCase
TestWholeReading.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_closed_shard_ends_without_moving_the_clock() -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    stream.split("shardId-000000000000")
    reader = ShardReader(stream, "shardId-000000000000", str(TRIM_HORIZON))
    page = reader.read(10)
    assert (page.ended, page.watermark, reader.checkpoint(page)) == (True, None, "shard-end")


def test_whole_stream_begins_at_the_given_place_in_every_shard() -> None:
    clock = FakeClock()
    stream = MemoryStream("s", clock)
    stream.create(shards=3)
    stream.put([(key, b"early") for key in KEYS])
    start = clock.advance(10)
    stream.put([(key, b"late") for key in KEYS])
    clock.advance(5000)
    page = WholeReader(stream, str(at(start))).read(100)
    assert {data for batch in page.batches for data in batch.datas} == {b"late"}
    assert sum(len(batch.keys) for batch in page.batches) == len(KEYS)


STEPS = st.lists(st.tuples(st.sampled_from(["put", "trim", "read", "restart"]), st.integers(1, 5)), max_size=25)


def opened(stream: MemoryStream, checkpoint: str, *, whole: bool) -> Any:
    identity = stream.describe().identity
    shard = stream.describe().shards[0].id
    return WholeReader(stream, checkpoint, identity) if whole else ShardReader(stream, shard, checkpoint, identity)


@given(STEPS, st.booleans())
def test_record_is_returned_once_or_reported_as_lost(steps: list[tuple[str, int]], whole: bool) -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    saved, put, given_now, lost, trimmed = f"{TRIM_HORIZON}/0", 0, 0, 0, 0
    reader = opened(stream, saved, whole=whole)
    for step, count in [*steps, ("restart", 1), ("read", 99), ("read", 99)]:
        if step == "put":
            stream.put([("k", b"")] * count)
            put += count
        elif step == "trim":
            shard, amount = stream.describe().shards[0].id, min(count, put - trimmed)
            stream.trim(shard, amount)
            trimmed += amount
        elif step == "restart":
            reader = opened(stream, saved, whole=whole)
        else:
            page: Page = reader.read(count)
            saved = reader.checkpoint(page)
            reader.acknowledge()
            given_now += sum(len(batch.keys) for batch in page.batches)
            lost += page.lost.records or 0 if page.lost else 0
    assert given_now + lost == put


@pytest.mark.parametrize("whole", [False, True])
def test_loss_is_reported_again_until_its_page_is_applied(whole: bool) -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    stream.put([("k", b"")] * 5)
    stream.trim(stream.describe().shards[0].id, 3)
    reader = opened(stream, f"{TRIM_HORIZON}/0", whole=whole)
    pages = [reader.read(9), reader.read(9)]
    reader.checkpoint(pages[1])
    reader.acknowledge()
    pages.append(reader.read(9))
    assert [page.lost and page.lost.records for page in pages] == [3, 3, None]


@pytest.mark.parametrize("whole", [False, True])
def test_recreated_stream_is_refused_to_a_reader_of_the_old_one(whole: bool) -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    reader = opened(stream, str(TRIM_HORIZON), whole=whole)
    stream.delete()
    stream.create()
    with pytest.raises(StreamRemadeError):
        reader.read(9)


def test_shard_dropped_unread_is_reported_by_the_reader_of_the_whole_stream() -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    stream.put([("k", b"")] * 5)
    reader = WholeReader(stream, f"{TRIM_HORIZON}/0")
    page = reader.read(2)
    saved = reader.checkpoint(page)
    shard = stream.describe().shards[0].id
    stream.split(shard)
    stream.drop(shard)
    page = WholeReader(stream, saved).read(9)
    assert page.lost is not None
    assert page.lost == Lost(3, page.lost.until)
