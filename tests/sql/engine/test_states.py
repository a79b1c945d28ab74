"""States move with their shards, survive a clock that is set back, and outlive the version of a script."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.plan.nodes import Frame
from sql.program import Program, compile_application
from streams.core.state import EMPTY, State, changed
from tests.sql.engine.running import Record, records
from tests.sql.plans import (
    MINUTE,
    application,
    batch,
    call,
    column,
    feed,
    group,
    over,
    program,
    pump,
    rows_of,
    scan,
    select,
)

TRADE = scan()
TICKER, PRICE, AMOUNT = (column(TRADE, name) for name in ("TICKER", "PRICE", "AMOUNT"))
COUNTS = group(TRADE, [PRICE, TICKER], [call("COUNT"), call("COUNT", AMOUNT, distinct=True)])
RENAMED = select(TRADE, A=AMOUNT, T=TICKER)
WINDOWS = over(
    RENAMED, [Frame(partition=(column(RENAMED, "T"),), range=15_000), Frame(partition=(column(RENAMED, "T"),))],
    call("COUNT"), call("SUM", column(RENAMED, "A")), call("MAX", column(RENAMED, "A"), frame=1),
)  # fmt: skip
SHARED = program(pump(COUNTS, "COUNTS"), pump(WINDOWS, "WINDOWS", "Q"), parallel=True, partition_key="TICKER")


def run(made: Program, given: list[Record], state: State = EMPTY, *, ends: bool = False) -> tuple[list[Any], State]:
    """Runs records from a state; returns the rows by key, and the state."""
    engine = made.start(state)
    for time, values in given:
        feed_one = batch(time, [values])
        engine.add(feed_one, feed_one.datas)
    if ends:
        engine.finish()
    results = engine.take()
    rows = [(packet.stream, packet.time, row) for packet in (results.packets if results else []) for row in packet.rows]
    return rows, changed(state, engine.changes())


def ordered(rows: list[Any]) -> list[str]:
    return sorted(map(repr, rows))


@settings(max_examples=25, deadline=None)
@given(given=records(), cut=st.integers(0, 40), again=st.integers(0, 40))
def test_state_moves_with_its_keys_to_children_and_on_to_a_common_child(
    given: list[Record], cut: int, again: int
) -> None:
    wanted, _ = run(SHARED, given, ends=True)
    first, rest = given[:cut], given[cut:]
    middle, last = rest[:again], rest[again:]
    found, parent = run(SHARED, first)
    children = []
    for names in ("A", "BC"):
        child = SHARED.inherit([parent], set(names).__contains__)
        mine = [record for record in middle if record[1][0] in names]
        rows, state = run(SHARED, mine, child)
        found += rows
        children.append(state)
    rows, _ = run(SHARED, last, SHARED.inherit(children, lambda key: True), ends=True)
    assert ordered([*found, *rows]) == ordered(wanted)


def test_a_record_under_another_key_than_its_column_is_a_dead_letter_where_shards_are_computed_alone() -> None:
    engine = SHARED.start()
    given = batch(5, [("A", 1.0, 1), ("B", 1.0, 1)])._replace(keys=["A", "X"], sequences=[7, 8])
    [dead] = engine.add(given, given.datas)
    assert (dead.sequence, dead.key) == (8, "X")
    assert dead.error.startswith("The partition key is 'X', but TICKER is 'B'; they must be the same")
    assert len(rows_of(engine.take() or [], "WINDOWS")) == 1


def test_a_clock_that_is_set_back_lets_windows_end_in_time() -> None:
    made = program(pump(group(TRADE, [], [call("COUNT")]), "COUNTS"), pump(WINDOWS, "WINDOWS", "Q"))
    _, state = run(made, [(100 * MINUTE + at, ("A", 1.0, 1)) for at in range(3)])
    back = made.set_back(state, 5 * MINUTE)
    rows, _ = run(
        made, [(5 * MINUTE, ("A", 1.0, 1)), (5 * MINUTE + 15_000, ("A", 1.0, 1)), (6 * MINUTE, ("A", 1.0, 1))], back
    )
    assert [row[2] for stream, _, row in rows if stream == "WINDOWS"] == [4, 5, 1]
    assert [(time, row[1]) for stream, time, row in rows if stream == "COUNTS"] == [(6 * MINUTE, 5)]


def test_an_older_stream_of_the_same_name_takes_back_the_rows_after_it() -> None:
    _, state = run(SHARED, [(1000, ("A", 1.0, 1)), (2000, ("A", 1.0, 1))])
    rows, _ = run(SHARED, [(1500, ("A", 1.0, 1))], SHARED.inherit([state], lambda key: True, 1000))
    assert [row[2] for stream, _, row in rows if stream == "WINDOWS"] == [2]


def version(length: int) -> Program:
    """Returns a version with a count by minute, which all have, and one over `length` seconds."""
    script = (
        "CREATE STREAM c (t VARCHAR(8), n INTEGER); CREATE PUMP p AS INSERT INTO c SELECT STREAM TICKER, COUNT(*) "
        "FROM SOURCE_SQL_STREAM_001 AS s GROUP BY TICKER, FLOOR(s.ROWTIME TO MINUTE);"
        "CREATE STREAM w (t VARCHAR(8), n INTEGER); CREATE PUMP q AS INSERT INTO w SELECT STREAM TICKER, COUNT(*) "
        f"OVER (PARTITION BY TICKER ROWS {length} PRECEDING) FROM SOURCE_SQL_STREAM_001;"
    )
    return compile_application(replace(application(), script=script))


def test_a_new_version_keeps_the_state_of_equal_operators_only() -> None:
    one, two, rows = version(9), version(10), [("A", 1.0, 1)]
    engine = one.start()
    feed(engine, batch(1, rows), batch(2, rows))
    state = changed(EMPTY, engine.changes())
    engine.switch(two)
    found = feed(engine, batch(3, rows), batch(MINUTE, []))
    assert ([row for _, row in rows_of(found, "W")], [row for _, row in rows_of(found, "C")]) == (
        [("A", 1)],
        [("A", 3)],
    )
    state = changed(state, engine.changes())
    assert len(state.entries) == 1
    engine.switch(one)
    assert [row for _, row in rows_of(feed(engine, batch(MINUTE, rows)), "W")] == [("A", 1)]
    state = changed(state, engine.changes())
    again = one.start(state)
    assert [row for _, row in rows_of(feed(again, batch(MINUTE, rows)), "W")] == [("A", 2)]


def test_a_version_that_starts_from_the_state_of_another_removes_what_it_does_not_need() -> None:
    engine = version(9).start()
    feed(engine, batch(1, [("A", 1.0, 1)]))
    state = changed(EMPTY, engine.changes())
    assert len(state.entries) == 2
    after = changed(state, version(10).start(state).changes())
    assert len(after.entries) == 1
