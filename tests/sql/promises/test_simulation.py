"""A fleet that runs an application in SQL, in one thread: crashes at every arrow, re-shards, and versions switched.

It has the events of tests/test_simulation.py. In addition, another version of the script becomes the active one. Both
versions have the same operators, so that these keep their state, and write their own number into each row.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from sql.engine.contract import Row
from sql.folder import from_files
from sql.live.deployed import Deployed
from sql.live.processor import LiveResults, RawDecoder, SqlProcessor, States
from sql.program import compile_application
from streams.core.clock import SECOND, to_iso
from streams.core.commits import HeldLease
from streams.core.hashing import HASH_SPACE
from streams.core.records import WHOLE, Description, Shard
from streams.core.state import State
from streams.engine.pipeline import Pipeline
from streams.engine.reading import ShardReader, WholeReader
from tests.memory_leases import MemoryLeases
from tests.sql.promises.switches import Switch, check_switches
from tests.test_simulation import BAD, Fleet

pytestmark = pytest.mark.long

TOML = """
name = "simulated"
partition_key = "k"
parallel = {parallel}

[[columns]]
name = "k"
type = "VARCHAR(16)"
mapping = "$.k"

[[columns]]
name = "n"
type = "INTEGER"
mapping = "$.n"
"""
SCRIPT = """
CREATE STREAM "SEEN" ("version" INTEGER, "n" INTEGER, "k" VARCHAR(16), "lines" BIGINT);
CREATE PUMP "P1" AS INSERT INTO "SEEN"
SELECT STREAM {version}, "n", "k", COUNT(*) OVER (PARTITION BY "k" RANGE INTERVAL '5' SECOND PRECEDING)
FROM "SOURCE_SQL_STREAM_001";

CREATE STREAM "STEPS" ("version" INTEGER, "k" VARCHAR(16), "trades" BIGINT);
CREATE PUMP "P2" AS INSERT INTO "STEPS"
SELECT STREAM {version}, "k", COUNT(*) FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY STEP("S".ROWTIME BY INTERVAL '1' SECOND), "k";
"""


def version(number: int, parallel: str) -> Deployed:
    files = {"application.toml": TOML.format(parallel=parallel), "application.sql": SCRIPT.format(version=number)}
    program = compile_application(from_files({name: text.encode() for name, text in files.items()}))
    return Deployed(1, "simulated", number, program, {}, 0, {})


VERSIONS = {parallel: {number: version(number, parallel) for number in (1, 2)} for parallel in ("true", "false")}


class Numbering(SqlProcessor):
    """Gives each of its results another key, so that one that is committed twice is there twice."""

    numbers = count()

    def take(self) -> Any:
        found = super().take()
        return None if found is None else {next(self.numbers): found}


class SqlFleet(Fleet):
    parallel = "true"

    def __init__(self) -> None:
        super().__init__()
        self.active = 1
        self.states = States(self.version)

    def version(self, number: int | None) -> Deployed:
        return VERSIONS[self.parallel][number or self.active]

    def inherit(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        return self.states.inherit(states, owns, watermark)

    def open_shard(self, held: HeldLease, stream: Any, leases: MemoryLeases) -> Pipeline[Any, Any]:
        reader = ShardReader(stream, held.shard, held.checkpoint, held.identity)
        decode: Any = RawDecoder().within(held.hash_start, held.hash_end)
        return self.pipeline(held, reader, decode, leases)

    def pipeline(self, held: HeldLease, reader: Any, decode: Any, leases: MemoryLeases) -> Pipeline[Any, Any]:
        def build(state: State) -> Numbering:
            return Numbering(held.shard, state, self.version)

        return Pipeline(held, reader, decode, build, leases, lambda: self.version(None))

    def data(self, key: str, number: int) -> bytes:
        return msgspec.json.encode({"k": key, "n": number})

    def _remake(self, shards: int = 1) -> None:
        """Does nothing: that is tested with an application that keeps its records."""

    @rule(number=st.sampled_from([1, 2]))
    def deploy(self, number: int) -> None:
        self.active = number

    def check(self) -> None:
        """Each record has one row, with the count of a naive computation, and so has each step of a key."""
        records = {
            msgspec.json.decode(data)["n"]: Read(sequence, arrived, key)
            for rows in self.stream._records.values()
            for sequence, arrived, key, data in rows
            if data != BAD
        }
        results: list[LiveResults] = list(self.table.results.values())
        versions = {row[1]: row[0] for _, row in rows_of(results, "SEEN")}
        check_switches(noted(results), self.stream.describe().shards, self.tailed(), versions)
        assert sorted((time, *row[1:]) for time, row in rows_of(results, "SEEN")) == sorted(expected_counts(records))
        steps = Counter((read.arrived - read.arrived % SECOND + SECOND, read.key) for read in records.values())
        found = [(time, *row[1:]) for time, row in rows_of(results, "STEPS")]
        assert sorted(found) == sorted((*step, lines) for step, lines in steps.items())

    def tailed(self) -> list[dict[str, Any]]:
        """Returns all records as `streams tail --json` prints them."""
        return [
            {"arrived": to_iso(arrived), "shard": shard, "sequence": str(sequence)}
            | ({} if data == BAD else {"data": {"id": msgspec.json.decode(data)["n"]}})
            for shard, rows in self.stream._records.items()
            for sequence, arrived, _, data in rows
        ]


class Read(NamedTuple):
    """Describes a record that was read."""

    sequence: int
    arrived: int
    key: str


def rows_of(results: Iterable[LiveResults], stream: str) -> list[tuple[int, Row]]:
    packets = [packet for each in results for packet in each.results.packets if packet.stream == stream]
    return [(packet.time, row) for packet in packets for row in packet.rows]


def expected_counts(records: Mapping[int, Read]) -> Iterator[Row]:
    """Yields row time, number, key and count of each record."""
    windows: dict[str, list[int]] = defaultdict(list)
    for number, read in sorted(records.items(), key=lambda record: record[1].sequence):
        windows[read.key].append(read.arrived)
        yield read.arrived, number, read.key, sum(at >= read.arrived - 5 * SECOND for at in windows[read.key])


def noted(results: Iterable[LiveResults]) -> dict[str, list[Switch]]:
    """Returns the switches by lease, as the database would keep them."""
    found: dict[str, list[Switch]] = defaultdict(list)
    for each in results:
        rows = rows_of([each], "SEEN") + rows_of([each], "STEPS")
        assert {row[0] for _, row in rows} <= {each.deployed.number}
        if each.switch:
            before, version, sequence, _ = each.switch
            found[each.shard].append(Switch(before, version, "" if sequence is None else str(sequence)))
    return found


class WholeFleet(SqlFleet):
    """Holds one lease of the whole stream."""

    parallel = "false"

    def listed(self, found: Description) -> Description:
        return found._replace(shards=[Shard(WHOLE, 0, HASH_SPACE - 1)])

    def open_shard(self, held: HeldLease, stream: Any, leases: MemoryLeases) -> Pipeline[Any, Any]:
        reader = WholeReader(stream, held.checkpoint, held.identity)
        return self.pipeline(held, reader, RawDecoder().under_any_key(), leases)


TestSqlFleet = SqlFleet.TestCase
TestWholeFleet = WholeFleet.TestCase
TestSqlFleet.settings = TestWholeFleet.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
