"""The commonest values and the distinct values of a period: naive oracles, estimates, restarts."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.distinct_count import DistinctCountOperator
from sql.engine.operators.top_items import TopItemsOperator
from sql.plan.nodes import DistinctCount, Period, TopItems
from tests.sql.operators.driving import SCAN, Batch, Told, drive, kept_after

STEP = Period(size=10)
TOP = TopItems(columns=(), input=SCAN, slot=0, most=2, period=STEP)
COUNT = DistinctCount(columns=(), input=SCAN, slot=0, period=STEP)

times = st.lists(st.integers(0, 30), max_size=10).map(sorted)
rows = st.lists(st.tuples(st.none() | st.sampled_from("abcdef")), max_size=5)
batches = times.flatmap(lambda ts: st.tuples(*(st.builds(Batch, st.just(t), rows) for t in ts)))
restarts = st.sets(st.integers(0, 10))


def groups(found: Any) -> dict[int, list[str]]:
    """Returns the values that are not NULL by the end of their period, in order."""
    ends: dict[int, list[str]] = {}
    for time, these, _ in found:
        if these:
            ends.setdefault(time // 10 * 10 + 10, []).extend(value for (value,) in these if value is not None)
    return ends


def best(values: list[str]) -> list[Row]:
    """Returns the two commonest values; of equal counts, the one that reached it first."""
    last = {value: place for place, value in enumerate(values)}
    counts = sorted(Counter(values).items(), key=lambda item: (-item[1], last[item[0]]))
    return [(value, float(number)) for value, number in counts[:2]]


@settings(max_examples=25)
@given(batches, restarts)
def test_commonest_values_agree_with_oracle(found: Any, again: set[int]) -> None:
    expected = [(end, row) for end, values in groups(found).items() for row in best(values)]
    assert drive(lambda kept: TopItemsOperator(TOP, kept, Told()), found, again) == expected


@settings(max_examples=25)
@given(batches, restarts, st.integers(1, 3))
def test_estimated_counts_are_the_same_after_restarts(found: Any, again: set[int], exact: int) -> None:
    def make(kept: Kept) -> TopItemsOperator:
        return TopItemsOperator(TOP, kept, Told(), exact=exact)

    assert drive(make, found, again) == drive(make, found)


def naive(values: list[str], exact: int) -> list[Row]:
    """Returns the rows of Space-Saving, with a look at all counters for each new value."""
    counts: dict[str, tuple[int, int]] = {}
    for place, value in enumerate(values):
        start = counts.pop(value)[0] if value in counts else 0
        if not start and len(counts) == exact:
            rarest = min(counts, key=lambda each: counts[each])
            start = counts.pop(rarest)[0]
        counts[value] = (start + 1, place)
    ranked = sorted(counts.items(), key=lambda item: (-item[1][0], item[1][1]))
    return [(value, float(number)) for value, (number, _) in ranked[:2]]


@settings(max_examples=25)
@given(st.lists(st.sampled_from("abcdef"), min_size=1), st.integers(1, 4))
def test_estimated_counts_agree_with_space_saving(values: list[str], exact: int) -> None:
    operator = TopItemsOperator(TOP, Kept(), Told(), exact=exact)
    operator.add(0, [(value,) for value in values])
    assert operator.fire(10) == naive(values, exact)


def test_estimated_counts_are_told() -> None:
    told = Told()
    drive(
        lambda kept: TopItemsOperator(TOP, kept, told, exact=2),
        [Batch(0, [("a",), ("b",)]), Batch(10, [(c,) for c in "abc"])],
    )
    assert told.counts == {"approximate:TOP_K_ITEMS_TUMBLING": 1}


def test_commit_writes_changed_counts_alone() -> None:
    operator = TopItemsOperator(TOP, Kept(), Told())
    operator.add(0, [("a",), ("b",), ("c",)])
    kept = kept_after(operator)
    operator.add(1, [("b",)])
    assert (len(kept.entries), list(operator.changes().put)) == (4, [("", "1")])
    operator.fire(10)
    assert sorted(operator.changes().removed) == sorted(kept.entries)


@settings(max_examples=25)
@given(batches, restarts, st.integers(1, 10))
def test_distinct_values_agree_with_oracle(found: Any, again: set[int], exact: int) -> None:
    expected = [(end, (len(set(values)),)) for end, values in groups(found).items()]
    assert drive(lambda kept: DistinctCountOperator(COUNT, kept, Told(), exact=exact), found, again) == expected


def test_estimated_distinct_values_are_told() -> None:
    told = Told()
    batch = [Batch(0, [(n % 700,) for n in range(1000)]), Batch(1, [(n,) for n in range(1000)])]
    [(end, (number,))] = drive(lambda kept: DistinctCountOperator(COUNT, kept, told, exact=500), batch, {1})
    assert (end, abs(number - 1000) < 30, told.counts) == (10, True, {"approximate:COUNT_DISTINCT_ITEMS_TUMBLING": 1})
