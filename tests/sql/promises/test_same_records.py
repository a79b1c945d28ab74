"""The same records give the same bytes: however pages are cut, wherever a worker starts again, after re-shards."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.market.generator import Trades
from sql.program import Program
from sql.references import tables_of
from sql.rendering import Renderer, encode, iso
from streams.backends.embedded.stream import EmbeddedStream
from streams.coordination.assignment import covers
from streams.core.records import SHARD_END, Shard
from streams.core.state import EMPTY, State, changed
from streams.engine.reading import Reader, ShardReader, WholeReader
from tests.fakes import FakeClock
from tests.sql.engine.running import expired
from tests.sql.promises.applications import program

Lines = dict[str, list[bytes]]  # by stream: a row time and a row of JSON each
OPENED = ("resharded", "one")


class Cuts(NamedTuple):
    """Says how many records each page has at most, and after which pages the worker starts again; both go round."""

    limits: list[int]
    restarts: list[bool]


WHOLE_PAGES = Cuts([10_000], [False])
cuts = st.builds(
    Cuts, st.lists(st.integers(10, 120), min_size=1, max_size=5), st.lists(st.booleans(), min_size=1, max_size=5)
)


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, EmbeddedStream]]:
    """The same records twice: in four shards that are split and merged, and in one."""
    clock, path = FakeClock(), tmp_path_factory.mktemp("same") / "streams.sqlite3"
    found = {name: EmbeddedStream(path, name, clock) for name in OPENED}
    for name, shards in zip(OPENED, (4, 1), strict=True):
        found[name].create(shards=shards)
    chance, trades = Random(1), Trades(Random(2))
    for number in range(200):
        if number in {40, 90, 140}:
            reshard(found["resharded"], chance)
        entries = trades.take(chance.randint(1, 9))
        for stream in found.values():
            stream.put(entries)
        clock.advance(chance.choice([0, 1, 40, 700]))
    clock.advance(60_000)
    yield found
    for stream in found.values():
        stream.close()


def reshard(stream: EmbeddedStream, chance: Random) -> None:
    def opened() -> list[Shard]:
        return sorted((shard for shard in stream.describe().shards if shard.open), key=lambda shard: shard.hash_start)

    stream.split(chance.choice(opened()).id)
    first = chance.randrange(3)
    stream.merge(opened()[first].id, opened()[first + 1].id)


def compute(compiled: Program, opens: Callable[[str], Reader], ways: Cuts, found: Lines, state: State = EMPTY) -> State:
    """Computes all that a reader has, and adds the rows to `found`; returns the last state."""
    tables, limits, restarts = tables_of(compiled.application), cycle(ways.limits), cycle(ways.restarts)
    reader, engine, place = opens("trim-horizon"), compiled.start(state, tables), ""
    while True:
        page = reader.read(next(limits))
        place = reader.checkpoint(page)
        for batch in page.batches:
            assert not engine.add(batch, batch.datas)
        if page.watermark:
            engine.advance(page.watermark)
        reader.acknowledge()
        for packet in ((results := engine.take()) and results.packets) or ():
            render = Renderer(compiled.plan.streams[packet.stream].columns).row
            found[packet.stream] += [iso(packet.time).encode() + encode(render(row)) for row in packet.rows]
        state = expired(changed(state, engine.changes()), engine._time)
        if (page.watermark and not page.batches) or place == str(SHARD_END):
            return state
        if next(restarts):
            reader, engine = opens(place), compiled.start(state, tables)


def whole(compiled: Program, stream: EmbeddedStream, ways: Cuts) -> Lines:
    found: Lines = defaultdict(list)
    compute(compiled, lambda place: WholeReader(stream, place), ways, found)
    return found


def by_shard(compiled: Program, stream: EmbeddedStream, ways: Cuts) -> Lines:
    """Computes each shard after its parents, whose states it inherits."""
    found: Lines = defaultdict(list)
    states: dict[str, State] = {}
    for shard in stream.describe().shards:
        owns = covers(f"{shard.hash_start:032x}", f"{shard.hash_end:032x}")
        inherited = compiled.inherit([states[each] for each in shard.parents], owns) if shard.parents else EMPTY

        def opens(place: str, shard: str = shard.id) -> Reader:
            return ShardReader(stream, shard, place)

        states[shard.id] = compute(compiled, opens, ways, found, inherited)
    return found


def ordered(lines: Lines) -> Lines:
    return {name: sorted(rows) for name, rows in lines.items()}


BOOK, TICKERS = program("book"), program("tickers")


@pytest.fixture(scope="module")
def expected(streams: dict[str, EmbeddedStream]) -> Lines:
    """The rows of `tickers`, from one shard at once."""
    found = ordered(by_shard(TICKERS, streams["one"], WHOLE_PAGES))
    assert min(map(len, found.values())) > 5 and set(found) == {"STEPS", "COUNTED", "LARGE", "SECTORS_OF_STEPS"}
    return found


@pytest.fixture(scope="module")
def bytes_of_book(streams: dict[str, EmbeddedStream]) -> Lines:
    return whole(BOOK, streams["resharded"], WHOLE_PAGES)


@settings(max_examples=8)
@given(ways=cuts)
def test_whole_stream_gives_the_same_bytes(
    ways: Cuts, streams: dict[str, EmbeddedStream], bytes_of_book: Lines
) -> None:
    assert whole(BOOK, streams["resharded"], ways) == bytes_of_book


@settings(max_examples=8)
@given(ways=cuts)
def test_shards_give_the_same_rows(ways: Cuts, streams: dict[str, EmbeddedStream], expected: Lines) -> None:
    assert ordered(by_shard(TICKERS, streams["resharded"], ways)) == expected


def test_whole_stream_gives_the_same_rows_in_other_shards(
    streams: dict[str, EmbeddedStream], bytes_of_book: Lines
) -> None:
    assert ordered(whole(BOOK, streams["one"], WHOLE_PAGES)) == ordered(bytes_of_book)
