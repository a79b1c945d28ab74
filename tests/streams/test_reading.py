"""A whole stream, merged by time: nothing twice, nothing left out, nothing before its time."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from streams.reading import ShardReader, WholeReader
from streams.records import TRIM_HORIZON, at
from tests.fakes import FakeClock, MemoryStream

KEYS = [f"key-{number}" for number in range(8)]


class WholeReading(RuleBasedStateMachine):
    """Puts, splits, merges, reads of any size, and restarts from the checkpoint; the model is the list of puts."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.stream = MemoryStream("s", self.clock)
        self.put: list[tuple[str, bytes]] = []
        self.given: list[tuple[int, str, bytes]] = []
        self.saved = str(TRIM_HORIZON)

    @initialize(shards=st.integers(1, 3))
    def create(self, shards: int) -> None:
        self.stream.create(shards)
        self.reader = WholeReader(self.stream, self.saved)

    @rule(keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=6), wait=st.integers(0, 1500))
    def put_some(self, keys: list[str], wait: int) -> None:
        self.clock.advance(wait)
        entries = [(key, str(len(self.put) + index).encode()) for index, key in enumerate(keys)]
        self.stream.put(entries)
        self.put += entries

    @rule(limit=st.integers(1, 8))
    def read(self, limit: int) -> None:
        page = self.reader.read(limit)
        self.saved = self.reader.checkpoint(page)
        self.reader.move()
        for batch in page.batches:
            self.given += [(batch.arrived, key, data) for key, data in zip(batch.keys, batch.datas, strict=True)]

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
        for key in KEYS:
            given = [data for _, k, data in self.given if k == key]
            assert given == [data for k, data in self.put if k == key][: len(given)]
        times = [arrived for arrived, _, _ in self.given]
        assert times == sorted(times)

    def teardown(self) -> None:
        """In the end all comes."""
        self.clock.advance(60_000)
        for _ in range(len(self.put) + 60):
            self.read(limit=5)
        assert sorted(data for _, _, data in self.given) == sorted(data for _, data in self.put)


TestWholeReading = WholeReading.TestCase
TestWholeReading.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_shard_that_was_closed_ends_without_moving_the_clock() -> None:
    stream = MemoryStream("s", FakeClock())
    stream.create()
    stream.split("shardId-000000000000")
    reader = ShardReader(stream, "shardId-000000000000", str(TRIM_HORIZON))
    page = reader.read(10)
    assert (page.ended, page.complete_to, reader.checkpoint(page)) == (True, None, "shard-end")


def test_a_whole_stream_begins_where_it_was_told_to_in_every_shard() -> None:
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
