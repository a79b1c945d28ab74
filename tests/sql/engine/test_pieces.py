"""A state is stored whatever the length of its parts, since a log takes entries of a bounded size."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.pieces import Pieces, divided, gathered
from sql.plan.nodes import Column
from sql.program import Program, compile_application
from sql.types import INTEGER, VARCHAR
from streams.core.state import EMPTY, HistoryRow, State, StateChange, StateKey, changed
from streams.core.state_log import BOUNDS
from tests.sql.engine.running import Record, listed
from tests.sql.plans import application, batch
from tests.streams.core.test_state_log import Stored

WORDS = (Column("K", VARCHAR), Column("N", INTEGER), Column("V", VARCHAR))
SOURCE = '"SOURCE_SQL_STREAM_001"'
OVER = f"FROM {SOURCE} s WINDOW w AS (PARTITION BY s.K {{}})"
QUERIES = {
    "groups": f"SELECT STREAM s.K, COUNT(DISTINCT s.V), MIN(s.V), MAX(s.V) FROM {SOURCE} s GROUP BY s.K, "
    "STEP(s.ROWTIME BY INTERVAL '10' SECOND)",
    "range": "SELECT STREAM s.K, COUNT(*) OVER w, LAG(s.V, 3) OVER w, MAX(s.V) OVER w "
    + OVER.format("RANGE INTERVAL '10' SECOND PRECEDING"),
    "rows": "SELECT STREAM s.K, COUNT(*) OVER w, LAG(s.V, 3) OVER w, MAX(s.V) OVER w "
    + OVER.format("ROWS 20 PRECEDING"),
    "stagger": f"SELECT STREAM K, COUNT(DISTINCT V), FIRST_VALUE(V), LAST_VALUE(V) FROM {SOURCE} "
    "WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '10' SECOND)",
    "join": f"SELECT STREAM a.K, a.N + b.N, a.V, b.V FROM {SOURCE} OVER (RANGE INTERVAL '5' SECOND PRECEDING) a "
    f"LEFT JOIN {SOURCE} OVER (RANGE INTERVAL '5' SECOND PRECEDING) b ON a.K = b.K AND a.N < b.N",
}
LONG = ["", "é" * 60_000, "k" + "é" * 60_000, "€" * 65_000]
RECORDS = [(1_000_000 + 900 * n, (LONG[n % 3], n, LONG[(n * 7) % 4] + str(n % 5))) for n in range(40)]
SIZES = st.sampled_from([0, 1, 128 << 10, (128 << 10) + 1, 300_000])
CHANGES = st.lists(st.tuples(st.dictionaries(st.sampled_from("abc"), SIZES), st.sets(st.sampled_from("abc"))))


def compiled(query: str) -> Program:
    script = f"CREATE STREAM o (k VARCHAR, n BIGINT, a VARCHAR, b VARCHAR); CREATE PUMP p AS INSERT INTO o {query};"
    return compile_application(replace(application(WORDS), script=script))


def run(program: Program, given: list[Record], every: int) -> list[Any]:
    """Returns the rows, where the engine starts again from its stored state after so many records."""
    stored, engine, taken = Stored(BOUNDS), program.start(), []
    for place, (time, values) in enumerate(given):
        each = batch(time, [values], WORDS)
        engine.add(each, each.datas)
        if place % every == every - 1:
            taken.append(engine.take())
            stored.change(engine.changes(), time)
            engine = program.start(stored.again())
    engine.finish()
    return listed([*taken, engine.take()])


@pytest.mark.parametrize("name", QUERIES)
def test_state_with_long_texts_is_stored(name: str) -> None:
    program = compiled(QUERIES[name])
    wanted = run(program, RECORDS, len(RECORDS) + 1)
    assert len(wanted) > 10
    assert run(program, RECORDS, 13) == wanted
    assert run(program, RECORDS, 2) == wanted


def test_many_short_texts_of_one_key_are_stored() -> None:
    program = compiled(QUERIES["range"])
    given = [(1_000_000 + n // 100, ("k", n, f"{n:080}")) for n in range(10_000)]
    assert run(program, given, 5_000) == run(program, given, 20_000)


@settings(max_examples=50, deadline=None)
@given(CHANGES)
def test_pieces_give_the_state_that_was_put(given: list[tuple[dict[str, int], set[str]]]) -> None:
    state, wanted, known = EMPTY, EMPTY, Pieces()
    for number, (put, removed) in enumerate(given):
        datas: dict[StateKey, bytes] = {("", "op", key): bytes([number]) * size for key, size in put.items()}
        history = [HistoryRow(key, 1, bytes([number]) * size) for key, size in put.items()]
        change = StateChange(b"m", datas, [("", "op", key) for key in removed - put.keys()], history)
        wanted, state = changed(wanted, change), changed(state, known.divided(change))
        assert max(map(len, state.entries.values()), default=0) <= 128 << 10
        whole = gathered(state)
        assert whole.state == wanted
        known = Pieces(whole.numbers)


def test_divided_state_is_gathered() -> None:
    state = State(b"m", {("a", "op"): b"x" * 700_000}, [HistoryRow("a", 5, b"y" * 500_000)])
    assert (len(divided(state).entries), len(divided(state).history)) == (6, 4)
    assert gathered(divided(state)).state == state
