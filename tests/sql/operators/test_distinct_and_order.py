"""DISTINCT and ORDER BY: the example of the reference, naive oracles, bounds and restarts."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.distinct import DistinctOperator
from sql.engine.operators.order import OrderOperator
from sql.errors import Fault
from sql.plan.nodes import Distinct, Order, Period, SortKey
from tests.sql.operators.driving import SCAN, Batch, Told, drive, kept_after, slot

HOUR = 3_600_000
STEP = Period(size=10)


def distinct(period: Period | None) -> Distinct:
    return Distinct(columns=(), input=SCAN, period=period)


def order(period: Period | None, *keys: tuple[bool, bool]) -> Order:
    sort = tuple(SortKey(expr=slot(0), descending=down, nulls_first=first) for down, first in keys)
    return Order(columns=(), input=SCAN, period=period, keys=sort)


times = st.lists(st.integers(0, 40), max_size=10).map(sorted)
value = st.none() | st.integers(0, 2)
rows = st.lists(st.tuples(value, value), max_size=4)
batches = times.flatmap(lambda ts: st.tuples(*(st.builds(Batch, st.just(t), rows) for t in ts)))
restarts = st.sets(st.integers(0, 10))


def test_distinct_row_comes_once_an_hour() -> None:
    given_rows = [(0, "Berlin"), (60_000, "Paris"), (HOUR - 1, "Berlin"), (HOUR, "Berlin"), (HOUR + 1, "Berlin")]
    found = drive(
        lambda kept: DistinctOperator(distinct(Period(size=HOUR)), kept, Told()),
        [Batch(time, [(city,)]) for time, city in given_rows],
    )
    assert found == [(0, ("Berlin",)), (60_000, ("Paris",)), (HOUR, ("Berlin",))]


@settings(max_examples=25)
@given(batches, restarts, st.sampled_from([None, STEP]), st.sampled_from([None, 0]))
def test_distinct_agrees_with_oracle(found: Any, again: set[int], period: Period | None, partition: int | None) -> None:
    seen, expected = set(), []
    for time, these, _ in found:
        for row in these:
            if (mark := (time // 10 if period else 0, row)) not in seen:
                seen.add(mark)
                expected.append((time, row))
    assert drive(lambda kept: DistinctOperator(distinct(period), kept, Told(), partition), found, again) == expected


@settings(max_examples=25)
@given(batches, restarts, st.sampled_from([None, STEP]), st.integers(1, 3))
def test_distinct_forgets_the_oldest(found: Any, again: set[int], period: Period | None, most: int) -> None:
    def make(kept: Kept) -> DistinctOperator:
        return DistinctOperator(distinct(period), kept, Told(), 0, most=most)

    one_by_one = [Batch(time, [row]) for time, these, _ in found for row in these]
    assert drive(make, found, again) == drive(make, one_by_one)


def test_distinct_tells_of_its_bound_once() -> None:
    told = Told()
    operator = DistinctOperator(distinct(None), Kept(), told, most=1)
    assert operator.add(7, [("a",), ("b",), ("a",)]) == [("a",), ("b",), ("a",)]
    assert (told.counts, [fault[:2] for fault in told.faults]) == ({"full:distinct rows": 2}, [(7, Fault.LIMIT)])


def test_distinct_commit_writes_new_rows_alone() -> None:
    operator = DistinctOperator(distinct(None), Kept(), Told(), 0, most=2)
    operator.add(0, [("a",), ("b",)])
    kept = kept_after(operator)
    operator.add(0, [("a",), ("c",)])
    change = operator.changes()
    assert (list(kept.entries), list(change.put), change.removed) == (
        [("a", "1"), ("b", "2")],
        [("c", "3")],
        [("a", "1")],
    )


@settings(max_examples=25)
@given(batches, restarts, st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=2))
def test_order_agrees_with_oracle(found: Any, again: set[int], keys: list[tuple[bool, bool]]) -> None:
    def rank(row: Row) -> list[tuple[int, int]]:
        signs = [(-1 if down else 1) for down, _ in keys]
        pairs = zip(row, keys, signs, strict=False)
        return [((-1 if first else 1), 0) if v is None else (0, sign * v) for v, (_, first), sign in pairs]

    groups: dict[int, list[Row]] = {}
    for time, these, _ in found:
        groups.setdefault(time // 10 * 10 + 10, []).extend(these)
    expected = [(end, row) for end, group in groups.items() for row in sorted(group, key=rank)]
    wide = [Batch(time, [(*row[: len(keys)], *row) for row in these]) for time, these, _ in found]
    assert drive(lambda kept: OrderOperator(order(STEP, *keys), kept, Told()), wide, again) == expected


def test_order_without_period_sorts_rows_that_come_together() -> None:
    operator = OrderOperator(order(None, (True, False)), Kept(), Told())
    assert operator.add(3, [(1, "a"), (None, "b"), (2, "c"), (1, "d")]) == [("c",), ("a",), ("d",), ("b",)]


def test_order_leaves_out_rows_beyond_its_bound() -> None:
    told = Told()
    batch = [Batch(0, [(3, 3), (1, 1), (2, 2)])]
    found = drive(lambda kept: OrderOperator(order(STEP, (False, False)), kept, told, most=2), batch)
    assert (found, told.counts) == ([(10, (1,)), (10, (3,))], {"full:sorted rows": 1})
