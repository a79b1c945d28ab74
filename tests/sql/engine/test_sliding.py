"""Sliding windows give a row for each row, in any cut, after any restart, as the definition has it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.operators import sliding_state
from sql.plan.nodes import Column, Frame
from sql.program import Program
from sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, decimal, interval
from streams.core.state import EMPTY, changed
from tests.sql.engine.oracle import AGGREGATES, Record, frame_of, present
from tests.sql.engine.running import Way, records, varied, ways, whole
from tests.sql.plans import apply, batch, call, column, const, feed, over, program, pump, rows_of, scan

SOURCE = scan()
TICKER, PRICE, AMOUNT = (column(SOURCE, name) for name in ("TICKER", "PRICE", "AMOUNT"))
FRAMES = {"range": Frame(partition=(TICKER,), range=15_000), "rows": Frame(partition=(TICKER,), rows=3)}
FRAMES |= {"all": Frame(partition=(TICKER,)), "together": Frame(partition=(), range=1_000)}
NUMBERS = ("COUNT", "SUM", "AVG", "MIN", "MAX")
FLOATS = (*NUMBERS, "VAR_POP", "STDDEV_SAMP", "FIRST_VALUE", "LAST_VALUE")
# Of windows that rows leave; one of all rows would keep them all, and is refused.
ENDING = ("P95",)


def _ending(frame: Frame) -> tuple[str, ...]:
    return () if frame.range is None and frame.rows is None else ENDING


def made(frame: Frame) -> Program:
    calls = [call("COUNT"), *(call(name, AMOUNT) for name in NUMBERS), *(call(name, PRICE) for name in FLOATS)]
    calls += [call(name, of) for name in _ending(frame) for of in (AMOUNT, PRICE)]
    return program(pump(over(SOURCE, [frame], *calls)))


PROGRAMS = {name: made(frame) for name, frame in FRAMES.items()}


def expected(given: list[Record], frame: Frame) -> list[tuple[str, int, Any]]:
    found = []
    for at, (time, row) in enumerate(given):
        key = (lambda row: row[0]) if frame.partition else (lambda row: None)
        window = frame_of(given, at, key, frame.range, frame.rows)
        amounts, prices = [each[2] for each in window], [each[1] for each in window]
        values = [AGGREGATES[name](amounts) for name in NUMBERS] + [AGGREGATES[name](prices) for name in FLOATS]
        values += [AGGREGATES[name](each) for name in _ending(frame) for each in (amounts, prices)]
        found.append(("OUT", time, (*row, len(window), *values)))
    return found


@pytest.mark.parametrize("name", FRAMES)
@settings(max_examples=20, deadline=None)
@given(given=records(), ways=ways)
def test_a_sliding_window_gives_the_rows_of_its_definition_however_it_runs(
    name: str, given: list[Record], ways: list[Way]
) -> None:
    wanted = expected(given, FRAMES[name])
    assert whole(PROGRAMS[name], given) == wanted
    assert varied(PROGRAMS[name], given, ways) == wanted


@settings(max_examples=20, deadline=None)
@given(given=records(), ways=ways)
def test_a_large_window_of_rows_is_stored_in_chunks(given: list[Record], ways: list[Way]) -> None:
    frame = Frame(partition=(TICKER,), rows=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sliding_state, "LARGE", 2)
        patch.setattr(sliding_state, "CHUNKS", 2)
        assert varied(made(frame), given, ways) == expected(given, frame)


def test_a_commit_of_a_large_window_writes_about_its_new_rows() -> None:
    engine, state, sizes = made(Frame(partition=(), rows=1_000)).start(), EMPTY, []
    for time in range(3_000):
        feed(engine, batch(time, [("A", 1.0, 1)]))
        change = engine.changes()
        sizes.append(sum(map(len, change.put.values())))
        state = changed(state, change)
    assert max(sizes) < 1_200
    assert len(state.entries) < 20


PLACES = [
    call("LAG", PRICE),
    call("LAG", PRICE, const(2), const(7.5, DOUBLE)),
    call("LAG", PRICE, const(1), ignore_nulls=True),
    call("FIRST_VALUE", PRICE, ignore_nulls=True),
    call("LAST_VALUE", PRICE, ignore_nulls=True),
    call("NTH_VALUE", PRICE, const(2)),
    call("NTH_VALUE", PRICE, const(2), from_last=True, ignore_nulls=True),
    call("COUNT", AMOUNT, distinct=True, of=BIGINT),
    call("SUM", AMOUNT, distinct=True, of=BIGINT),
]
PLACED = {name: program(pump(over(SOURCE, [frame], *PLACES))) for name, frame in FRAMES.items()}


def nth(values: list[Any], place: int, other: Any = None) -> Any:
    """Returns the value at a place from 0, or from the end where it is negative."""
    return values[place] if -len(values) <= place < len(values) else other


def placed(given: list[Record], frame: Frame) -> list[tuple[str, int, Any]]:
    found = []
    for at, (time, row) in enumerate(given):
        key = (lambda row: row[0]) if frame.partition else (lambda row: None)
        window = frame_of(given, at, key, frame.range, frame.rows)
        prices, amounts = [each[1] for each in window], set(present([each[2] for each in window]))
        known, before = present(prices), present(prices[:-1])
        values = [nth(prices, -2), nth(prices, -3, 7.5), nth(before, -1), nth(known, 0), nth(known, -1)]
        values += [nth(prices, 1), nth(known, -2), len(amounts), sum(amounts) if amounts else None]
        found.append(("OUT", time, (*row, *values)))
    return found


@pytest.mark.parametrize("name", FRAMES)
@settings(max_examples=20, deadline=None)
@given(given=records(), ways=ways)
def test_places_in_a_window_are_those_of_its_rows_however_it_runs(
    name: str, given: list[Record], ways: list[Way]
) -> None:
    wanted = placed(given, FRAMES[name])
    assert whole(PLACED[name], given) == wanted
    assert varied(PLACED[name], given, ways) == wanted


def test_a_range_is_closed_at_both_ends() -> None:
    engine = program(pump(over(SOURCE, [Frame(partition=(), range=60_000)], call("COUNT")))).start()
    found = feed(engine, batch(0, [("A", 1.0, 1)]), batch(60_000, [("A", 1.0, 1)]), batch(60_001, [("A", 1.0, 1)]))
    assert [row[-1] for _, row in rows_of(found)] == [1, 2, 2]


def test_an_exponential_average_halves_its_weights_with_each_interval() -> None:
    tens, thirty = const(10_000, interval()), Frame(partition=(), range=30_000)
    engine = program(pump(over(SOURCE, [thirty], call("EXP_AVG", PRICE, tens)))).start()
    prices = [(0, 8.0), (9_999, None), (10_000, 4.0), (25_000, 2.0), (41_000, 1.0)]
    found = feed(engine, *(batch(time, [("A", price, 1)]) for time, price in prices))
    wanted = [8.0, 8.0, (4 + 4.0) / 1.5, (2 + 2.0 + 2.0) / 1.75, (1.0 + 1.0) / 1.5]
    assert [row[-1] for _, row in rows_of(found)] == wanted


def test_conditions_and_decimals_of_a_window() -> None:
    money = decimal(6, 2)
    columns = (Column("K", INTEGER), Column("M", money))
    read = scan(columns)
    amount = column(read, "M")
    dear = apply(">", amount, const(Decimal("1.10"), money))
    calls = [call(name, dear, of=BOOLEAN) for name in ("EVERY", "ANY")]
    calls += [call("SUM", amount), call("AVG", amount), call("VAR_SAMP", amount)]
    made = program(pump(over(read, [Frame(partition=(), rows=2)], *calls)), columns=columns)
    found = feed(made.start(), *(batch(at, [(at, price)], columns) for at, price in enumerate((1.1, None, 2.05, 2.15))))
    assert [row[2:] for _, row in rows_of(found)] == [
        (False, False, Decimal("1.10"), Decimal("1.10"), None),
        (False, False, Decimal("1.10"), Decimal("1.10"), None),
        (True, True, Decimal("2.05"), Decimal("2.05"), None),
        (True, True, Decimal("4.20"), Decimal("2.10"), 0.005),
    ]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6))
def test_rows_beyond_the_bound_of_a_window_become_faults(most: int) -> None:
    made = program(pump(over(SOURCE, [Frame(partition=(TICKER,), range=1_000)], call("COUNT"))))
    made.settings = type(made.settings)(rows_most=most)
    found = feed(made.start(), *(batch(time, [("A", 1.0, 1)]) for time in range(8)))
    assert (len(rows_of(found)), len(found.faults)) == (most, 8 - most)
    assert str(most) in found.faults[0].sentence
