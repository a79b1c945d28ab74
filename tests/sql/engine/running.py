"""Runs the same records in different ways: cut into batches, with time advanced in between, and with restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hypothesis import strategies as st

from sql.engine.contract import Results, Row
from sql.program import Program
from streams.core.records import Batch
from streams.core.state import EMPTY, State, changed
from tests.sql.plans import batch

Record = tuple[int, Row]  # row time, values

STEPS = st.one_of(st.integers(0, 3), st.integers(0, 2_000), st.sampled_from([15_000, 60_000, 200_000]))
ROWS = st.tuples(
    STEPS,
    st.sampled_from(["A", "B", "C"]),
    st.one_of(st.none(), st.floats(-1e6, 1e6, width=32), st.sampled_from([0.1, 0.2, 1e16, -1e16])),
    st.one_of(st.none(), st.integers(-5, 5)),
)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """Draws records of the trades with row times that do not decrease."""
    found, time = [], 1_000_000
    for step, *values in draw(st.lists(ROWS, max_size=40)):
        time += step
        found.append((time, tuple(values)))
    return found


@dataclass
class Way:
    """Says what happens between two records: a cut of the batch, an advance, a restart from the stored state."""

    cut: bool = False
    advance: bool = False
    restart: bool = False


ways = st.lists(st.builds(Way, st.booleans(), st.booleans(), st.booleans()), min_size=41, max_size=41)


def whole(program: Program, given: Sequence[Record]) -> list[tuple[str, int, Row]]:
    """Runs records in as few batches as can be, without an advance or a restart, to the end of the stream."""
    engine = program.start()
    for time, rows in groupby(given, key=lambda record: record[0]):
        each = batch(time, [values for _, values in rows])
        engine.add(each, each.datas)
    engine.finish()
    return listed([engine.take()])


def varied(program: Program, given: Sequence[Record], ways: Sequence[Way]) -> list[tuple[str, int, Row]]:
    """Runs records in a way of its own."""
    engine, state = program.start(), EMPTY
    taken: list[Results | None] = []
    waiting: list[Row] = []
    for place, (time, values) in enumerate(given):
        waiting.append(values)
        way, following = ways[place], given[place + 1][0] if place + 1 < len(given) else time
        if following == time and not way.cut and place + 1 < len(given):
            continue
        each: Batch = batch(time, waiting)
        engine.add(each, each.datas)
        waiting = []
        if way.advance:
            engine.advance((time + following) // 2)
        if way.restart:
            taken.append(engine.take())
            state = expired(changed(state, engine.changes()), time)
            engine = program.start(state)
    engine.finish()
    return listed([*taken, engine.take()])


def expired(state: State, watermark: int) -> State:
    """Returns a state without the history that is void, as the log of a lease does."""
    return state._replace(history=[row for row in state.history if row.until > watermark])


def listed(taken: Sequence[Results | None]) -> list[tuple[str, int, Row]]:
    """Returns rows with their stream and row time; those of each stream in order."""
    packets = [packet for results in taken if results for packet in results.packets]
    rows = [(packet.stream, packet.time, row) for packet in packets for row in packet.rows]
    return sorted(rows, key=lambda row: row[0])


def shown(found: Any) -> str:
    return "\n".join(map(str, found))
