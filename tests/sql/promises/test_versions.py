"""Another version begins at a record: operators that stay keep their state, those that change begin empty."""

from collections import defaultdict
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.folder import from_files
from sql.live.deployed import Deployed
from sql.live.processor import SqlProcessor, States
from sql.program import compile_application
from streams.core.clock import SECOND
from streams.core.records import Batch
from streams.core.state import EMPTY, State, changed
from tests.sql.engine.running import expired
from tests.sql.promises.test_simulation import TOML

SCRIPT = """
CREATE STREAM "COUNTS" ("k" VARCHAR(16), "n" INTEGER, "lines" BIGINT, "version" INTEGER);
CREATE PUMP "P1" AS INSERT INTO "COUNTS"
SELECT STREAM "k", "n", COUNT(*) OVER (PARTITION BY "k" RANGE INTERVAL '{window}' SECOND PRECEDING), {version}
FROM "SOURCE_SQL_STREAM_001";

CREATE STREAM "STEPS" ("k" VARCHAR(16), "lines" BIGINT);
CREATE PUMP "P2" AS INSERT INTO "STEPS"
SELECT STREAM "k", COUNT(*) FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY STEP("S".ROWTIME BY INTERVAL '10' SECOND), "k";
"""
WINDOWS = {1: 5, 2: 5, 3: 8}  # seconds, by version
START = 1_800_000_000_000


def version(number: int) -> Deployed:
    script = SCRIPT.format(window=WINDOWS[number], version=number)
    files = {"application.toml": TOML.format(parallel="true"), "application.sql": script}
    program = compile_application(from_files({name: text.encode() for name, text in files.items()}))
    return Deployed(1, "simulated", number, program, {}, 0, {})


VERSIONS = {number: version(number) for number in WINDOWS}


def batch(number: int, arrived: int, key: str) -> Batch:
    return Batch(arrived, [number], [key], [msgspec.json.encode({"k": key, "n": number})])


class Lease:
    """Steps a processor, and keeps its rows and switches."""

    def __init__(self, state: State = EMPTY) -> None:
        self.state = state
        self.processor = SqlProcessor("s", state, lambda number: VERSIONS[number or 1])
        self.rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.switches: list[tuple[int, int, int | None]] = []

    def step(self, each: Batch, number: int, *, restart: bool = False) -> None:
        self.processor.configure(VERSIONS[number])
        self.processor.add(each, each.datas)
        self.commit(each.arrived)
        if restart:
            self.processor = SqlProcessor("s", self.state, lambda number: VERSIONS[number or 1])

    def commit(self, watermark: int) -> None:
        if found := self.processor.take():
            for packet in found.results.packets:
                self.rows[packet.stream] += [(packet.time, *row) for row in packet.rows]
            if found.switch:
                self.switches.append(found.switch[:3])
        self.state = expired(changed(self.state, self.processor.changes()), watermark)

    def end(self, watermark: int) -> None:
        self.processor.advance(watermark)
        self.commit(watermark)


steps = st.lists(
    st.tuples(st.integers(0, 4 * SECOND), st.sampled_from("ab"), st.sampled_from([1, 1, 2, 3]), st.booleans()),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25)
@given(steps=steps)
def test_switch_is_exact_to_the_record_and_keeps_the_state_of_operators_that_stay(steps: list[Any]) -> None:
    lease, now, before, begun = Lease(), START, 0, 0
    seen: list[tuple[int, str]] = []
    counts, switches = [], []
    groups: dict[tuple[int, str], int] = defaultdict(int)
    for number, (gap, key, active, restart) in enumerate(steps):
        now += gap
        lease.step(batch(number, now, key), active, restart=restart)
        seen.append((now, key))
        groups[now - now % (10 * SECOND) + 10 * SECOND, key] += 1
        if active != before:
            switches.append((before, active, number))
            begun = begun if WINDOWS.get(before) == WINDOWS[active] else number
        before = active
        since = now - WINDOWS[active] * SECOND
        lines = sum(at >= since and other == key for at, other in seen[begun:])
        counts.append((now, key, number, lines, active))
    lease.end(now + 60 * SECOND)
    assert lease.rows["COUNTS"] == counts
    assert sorted(lease.rows["STEPS"]) == sorted((end, key, lines) for (end, key), lines in groups.items())
    assert lease.switches == switches


def test_child_of_shards_at_two_versions_begins_with_the_active_one() -> None:
    active = [3]
    states = States(lambda number: VERSIONS[number or active[0]])
    behind, ahead = Lease(), Lease()
    behind.step(batch(1, START, "a"), 3)  # idle since, when version 1 became active again
    ahead.step(batch(2, START, "b"), 3)
    ahead.step(batch(3, START, "b"), 1)
    active[0] = 1
    child = Lease(states.inherit([behind.state, ahead.state], lambda key: True))
    child.step(batch(4, START + 1, "b"), 1)
    assert child.rows["COUNTS"] == [(START + 1, "b", 4, 2, 1)]
