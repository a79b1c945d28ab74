"""Tumbling windows give a row for each group at its end, in any cut, after any restart, as the definition has it."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from sql.errors import Fault
from sql.plan.nodes import Aggregate, Frame
from sql.types import BIGINT, TINYINT
from tests.sql.engine.oracle import AGGREGATES, Record, average, present
from tests.sql.engine.running import Way, records, varied, ways, whole
from tests.sql.plans import (
    MINUTE,
    apply,
    batch,
    call,
    column,
    const,
    feed,
    group,
    over,
    program,
    pump,
    rows_of,
    scan,
    select,
    where,
)

SOURCE = scan()
TICKER, PRICE, AMOUNT = (column(SOURCE, name) for name in ("TICKER", "PRICE", "AMOUNT"))
NAMES = ("COUNT", "SUM", "AVG", "MIN", "MAX", "P95", "VAR_POP", "FIRST_VALUE", "LAST_VALUE")
CALLS = [call("COUNT"), *(call(name, AMOUNT) for name in NAMES), call("COUNT", PRICE, distinct=True, of=BIGINT)]
CALLS += [call("MIN", PRICE), call("MAX", PRICE), call("SUM", PRICE), call("AVG", PRICE)]
GROUPS = group(SOURCE, [TICKER], CALLS)
PROGRAM = program(pump(GROUPS))


def expected(given: list[Record]) -> list[tuple[str, int, Any]]:
    groups: dict[tuple[int, str], list[Any]] = {}
    for time, row in given:
        groups.setdefault((time // MINUTE, row[0]), []).append(row)
    found = []
    for (minute, ticker), rows in groups.items():
        amounts, prices = [row[2] for row in rows], [row[1] for row in rows]
        values = [AGGREGATES[name](amounts) for name in NAMES]
        known = present(prices)
        total: Any = sum(known[1:], known[0]) if known else None
        floats = [min(known, default=None), max(known, default=None), total, total / len(known) if known else None]
        end = (minute + 1) * MINUTE
        found.append(("OUT", end, (ticker, len(rows), *values, len(set(known)), *floats)))
    return found


@settings(max_examples=30, deadline=None)
@given(given=records(), ways=ways)
def test_groups_leave_at_their_end_with_their_values_however_it_runs(given: list[Record], ways: list[Way]) -> None:
    wanted = expected(given)
    for found in (whole(PROGRAM, given), varied(PROGRAM, given, ways)):
        assert [(stream, time, row[1:]) for stream, time, row in found] == wanted
        assert all(row[0] == time - MINUTE for _, time, row in found)


def changing(node: Aggregate) -> Aggregate:
    """Returns the groups of a value that rows carry, which a change of the value closes."""
    return replace(node, period=None, value=AMOUNT)


@settings(max_examples=25, deadline=None)
@given(given=records(), ways=ways)
def test_groups_of_a_value_leave_when_it_changes_however_it_runs(given: list[Record], ways: list[Way]) -> None:
    made = program(pump(changing(group(SOURCE, [TICKER], [call("COUNT")]))))
    wanted: list[Any] = []
    open_groups: dict[str, int] = {}
    value: Any = None
    for time, row in [*given, (given[-1][0] if given else 0, ("", None, "end"))]:
        if row[2] != value:
            wanted += [("OUT", time, (value, ticker, count)) for ticker, count in open_groups.items()]
            open_groups, value = {}, row[2]
        open_groups[row[0]] = open_groups.get(row[0], 0) + 1
    assert whole(made, given) == wanted
    assert varied(made, given, ways) == wanted


@settings(max_examples=25, deadline=None)
@given(given=records(), ways=ways)
def test_groups_of_groups_and_windows_over_groups_are_the_same_however_they_run(
    given: list[Record], ways: list[Way]
) -> None:
    first = group(SOURCE, [TICKER], [call("COUNT"), call("SUM", PRICE)], 10_000)
    counts = select(first, TICKER=column(first, "K0"), N=column(first, "C0"), S=column(first, "C1"))
    read = scan(counts.columns, "COUNTS")
    window = over(read, [Frame(partition=(column(read, "TICKER"),), rows=2)], call("SUM", column(read, "N")))
    second = group(window, [], [call("MAX", column(window, "C0")), call("COUNT")], MINUTE)
    chosen = where(read, apply(">", column(read, "N"), const(1)))
    made = program(pump(counts, "COUNTS", "A"), pump(second, "OUT", "B"), pump(chosen, "MANY", "C"))
    assert varied(made, given, ways) == whole(made, given)


def test_a_sum_that_its_type_cannot_hold_is_a_fault_of_its_group_only() -> None:
    node = group(SOURCE, [TICKER], [call("SUM", AMOUNT, of=TINYINT)])
    engine = program(pump(node)).start()
    found = feed(engine, batch(0, [("A", 1.0, 100), ("B", 1.0, 5), ("A", 1.0, 100)]), batch(MINUTE, [("C", 1.0, 1)]))
    assert [row[1:] for _, row in rows_of(found)] == [("B", 5)]
    [fault] = found.faults
    assert (fault.fault, fault.column, fault.expression) == (Fault.ARITHMETIC, "C0", "SUM(1)")


def test_an_average_of_whole_numbers_is_cut_toward_zero() -> None:
    assert (average([3, -6, -4]), average([29, 32])) == (-2, 30)
    node = group(SOURCE, [], [call("AVG", AMOUNT)])
    found = feed(program(pump(node)).start(), batch(0, [("A", 1.0, -3), ("A", 1.0, -4)]), batch(MINUTE, []))
    assert [row[1:] for _, row in rows_of(found)] == [(-3,)]


def test_rows_of_groups_beyond_the_bound_become_faults() -> None:
    made = program(pump(group(SOURCE, [TICKER], [call("COUNT")])))
    made.settings = type(made.settings)(keys_most=2)
    found = feed(made.start(), batch(0, [(key, 1.0, 1) for key in "ABCAD"]), batch(MINUTE, []))
    assert [row[1:] for _, row in rows_of(found)] == [("A", 2), ("B", 1)]
    assert [(fault.fault, fault.value[:10]) for fault in found.faults] == [
        (Fault.LIMIT, "TICKER='C'"),
        (Fault.LIMIT, "TICKER='D'"),
    ]
