"""Gathering makes few commits of many pages, and loses or repeats no record."""

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.declarations import Gather
from streams.engine.gathering import GatheringReader
from streams.engine.reading import ShardReader
from tests.fakes import FakeClock, MemoryStream

FULL = 10
GATHER = Gather(records=35, size=10_000, age=5.0)


class Bench:
    """A stream with one shard, its reader, and the records that were acknowledged."""

    def __init__(self, gather: Gather = GATHER) -> None:
        self.clock, self.seconds, self.put_, self.gather = FakeClock(), 0.0, 0, gather
        self.stream = MemoryStream(now=self.clock)
        self.stream.create()
        self.got: list[int] = []
        self.sizes: list[int] = []
        self.checkpoint = "trim-horizon"
        self.open()

    def open(self) -> None:
        """Opens the reader at the committed checkpoint, as after a crash."""
        shard = self.stream.describe().shards[0].id
        self.reader = GatheringReader(
            lambda place: ShardReader(self.stream, shard, place),
            self.checkpoint,
            self.gather,
            lambda: self.seconds,
            FULL,
        )

    def put(self, count: int) -> None:
        self.clock.advance(1)
        self.stream.put([("k", b"%d" % number) for number in range(self.put_, self.put_ + count)])
        self.put_ += count

    def read(self, limit: int = FULL, *, refuse: bool = False) -> int:
        page = self.reader.read(limit)
        if page.batches and refuse:
            return 0
        if page.batches:
            found = [int(data) for batch in page.batches for data in batch.datas]
            self.got += found
            self.sizes.append(len(found))
        self.checkpoint = self.reader.checkpoint(page)
        self.reader.acknowledge()
        return len(page.batches)


STEPS = st.lists(st.sampled_from(["put", "many", "read", "refuse", "narrow", "wait", "crash"]), max_size=40)


@given(STEPS, st.integers(0, 2**16))
@settings(max_examples=150)
def test_gathering_gives_each_record_once_in_order(steps: list[str], seed: int) -> None:
    bench, chance = Bench(), Random(seed)
    acts: dict[str, Callable[[], object]] = {
        "put": lambda: bench.put(chance.randint(1, 5)),
        "many": lambda: bench.put(40),
        "read": bench.read,
        "refuse": lambda: bench.read(refuse=True),
        "narrow": lambda: bench.read(chance.randint(1, 4)),
        "wait": lambda: setattr(bench, "seconds", bench.seconds + 6),
        "crash": bench.open,
    }
    for step in steps:
        acts[step]()
    bench.open()
    bench.seconds += 6
    while bench.read() or len(bench.got) < bench.put_:
        bench.seconds += 6
    assert bench.got == list(range(bench.put_))


def test_gathering_waits_for_the_age_when_the_stream_is_slow() -> None:
    bench = Bench()
    for _ in range(4):
        bench.put(1)
        bench.read()
    assert bench.sizes == []
    bench.seconds = 5.0
    bench.read()
    assert bench.sizes == [4]


def test_gathering_gives_many_pages_as_one_when_the_stream_is_fast() -> None:
    bench = Bench()
    bench.put(100)
    while bench.read():
        pass
    bench.seconds = 5.0
    bench.read()
    assert bench.sizes == [40, 40, 20]


def test_gathering_ends_with_its_shard() -> None:
    bench = Bench()
    bench.put(3)
    [shard] = bench.stream.describe().shards
    bench.stream.split(shard.id)
    bench.read()
    assert (bench.sizes, bench.checkpoint) == ([3], "shard-end")
