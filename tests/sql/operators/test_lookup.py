"""Joins with a reference table: against nested loops, and by the version that is valid at a row's time."""

from hypothesis import given
from hypothesis import strategies as st

from sql.engine.contract import Row
from sql.engine.operators.lookup import LookupJoinOperator, Table
from sql.plan.nodes import LookupJoin
from tests.sql.operators.driving import SCAN, Told, slot

COMPANIES = [("AMZN", "Amazon"), ("ADBE", "Adobe"), ("AMZN", "Amazon, Inc."), (None, "Nobody")]


def node(*, outer: bool = False, keys: int = 1) -> LookupJoin:
    pairs = tuple((slot(place), place) for place in range(keys))
    return LookupJoin(columns=(), input=SCAN, table="CompanyName", outer=outer, keys=pairs, condition=None)


def test_row_meets_all_equal_rows() -> None:
    rows = [("AMZN", "AMZN", 1), ("X", "X", 2), (None, None, 3)]
    inner = [("AMZN", 1, "AMZN", "Amazon"), ("AMZN", 1, "AMZN", "Amazon, Inc.")]
    nulls = [("X", 2, None, None), (None, 3, None, None)]
    table = Table(2, COMPANIES)
    assert LookupJoinOperator(node(), table, Told()).add(5, rows) == inner
    assert LookupJoinOperator(node(outer=True), table, Told()).add(5, rows) == inner + nulls


def test_row_meets_the_version_valid_at_its_time() -> None:
    table = Table(2, [("a", 0)])
    table.replace([("a", 1)], since=10)
    table.replace([("a", 2)], since=20)
    operator = LookupJoinOperator(node(), table, Told())
    assert [operator.add(time, [("a",)])[0][1] for time in (9, 10, 19, 20)] == [0, 1, 1, 2]
    table.forget(before=15)
    assert [operator.add(time, [("a",)])[0][1] for time in (9, 15, 20)] == [1, 1, 2]
    table.replace([("a", 3)], since=10)
    assert operator.add(20, [("a",)])[0][1] == 3


def test_matches_beyond_bound_are_left_out_and_told() -> None:
    told = Told()
    operator = LookupJoinOperator(
        node(keys=0), Table(1, [(n,) for n in range(5)]), told, lambda row: row[1] > 0, most=3
    )
    assert operator.add(0, [("r",)]) == [("r", 1), ("r", 2), ("r", 3)]
    assert (told.counts, len(told.faults)) == ({"full:matches": 1}, 1)


value = st.none() | st.integers(0, 2)
rows = st.lists(st.tuples(value, value), max_size=6)


@given(rows, rows, st.booleans(), st.integers(0, 2))
def test_join_agrees_with_nested_loops(left: list[Row], right: list[Row], outer: bool, keys: int) -> None:
    def condition(row: Row) -> bool:
        return bool(row[1] != row[3])

    expected = []
    for row in left:
        matches = [
            row + other
            for other in right
            if all(row[n] is not None and row[n] == other[n] for n in range(keys)) and condition(row + other)
        ]
        expected += matches or ([(*row, None, None)] if outer else [])
    operator = LookupJoinOperator(node(outer=outer, keys=keys), Table(2, right), Told(), condition)
    assert operator.add(0, [row[:keys] + row for row in left]) == expected
