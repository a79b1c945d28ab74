"""State by partition key: the children of a shard continue as the shard itself, and so does the child of two."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Operator, Row
from sql.engine.operators.distinct import DistinctOperator
from sql.engine.operators.join import StreamJoinOperator
from sql.engine.operators.stagger import StaggerOperator
from sql.plan.nodes import Distinct, Frame, Period, Scan, Stagger, StreamJoin
from tests.sql.operators.driving import END, SCAN, Batch, Told, call, changed, columns, fired, kept_after, slot

INPUT = Scan(columns=columns("v"), stream="S")
FRAME = Frame(partition=(), range=10)
STAGGER = Stagger(columns=(), input=SCAN, length=10, keys=(slot(0),), calls=(call("COUNT"),))
JOIN = StreamJoin(
    columns=(), left=INPUT, right=INPUT, kind="FULL", left_frame=FRAME, right_frame=FRAME,
    keys=((slot(0), slot(0)),), condition=None,
)  # fmt: skip
MAKERS: list[Callable[[Kept], Operator]] = [
    lambda kept: StaggerOperator(STAGGER, kept, Told(), 0),
    lambda kept: DistinctOperator(Distinct(columns=(), input=SCAN, period=Period(size=20)), kept, Told(), 0),
    lambda kept: DistinctOperator(Distinct(columns=(), input=SCAN, period=None), kept, Told(), 0),
    lambda kept: StreamJoinOperator(JOIN, kept, Told(), None, 0),
]
Timed = tuple[int, Row]

times = st.lists(st.integers(0, 30), min_size=1, max_size=10).map(sorted)
rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1)), max_size=3)
batches = times.flatmap(lambda ts: st.tuples(*(st.builds(Batch, st.just(t), rows, st.integers(0, 1)) for t in ts)))


def run(operator: Operator, found: Any, keys: str) -> list[Timed]:
    """Returns the rows that leave while the operator takes the rows of some keys."""
    out = []
    for time, these, side in found:
        out += fired(operator, time)
        own = [row for row in these if row[0] in keys]
        out += [(time, row) for row in operator.add(time, own, side)]
    return out


def part(kept: Kept, keys: str) -> Kept:
    """Returns the state of some partition keys."""
    entries = {key: data for key, data in kept.entries.items() if key[0] in keys}
    return Kept(entries, [entry for entry in kept.history if entry.key[0] in keys])


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=20)
@given(batches, st.integers(0, 10))
def test_children_of_a_split_continue_as_their_parent(make: Any, found: Any, cut: int) -> None:
    parent = make(Kept())
    run(parent, found[:cut], "abc")
    kept = kept_after(parent)
    after = run(parent, found[cut:], "abc") + fired(parent, END)
    children = [(make(part(kept, keys)), keys) for keys in ("a", "bc")]
    split = [row for child, keys in children for row in run(child, found[cut:], keys) + fired(child, END)]
    assert sorted(split, key=repr) == sorted(after, key=repr)


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=20)
@given(batches, st.integers(0, 10), st.integers(0, 10))
def test_child_of_two_continues_as_its_parents(make: Any, found: Any, cut: int, more: int) -> None:
    parents = [(make(Kept()), keys) for keys in ("a", "bc")]
    for parent, keys in parents:
        run(parent, found[:cut], keys)
    states = [kept_after(parent) for parent, _ in parents]
    both = Kept({**states[0].entries, **states[1].entries}, [*states[0].history, *states[1].history])
    apart = [row for parent, keys in parents for row in run(parent, found[cut:], keys) + fired(parent, END)]
    child = make(both)
    out = run(child, found[cut : cut + more], "abc")
    child = make(changed(both, child.changes(), 0))
    out += run(child, found[cut + more :], "abc") + fired(child, END)
    assert sorted(out, key=repr) == sorted(apart, key=repr)


def test_rows_of_two_parents_with_one_serial_are_stored_both() -> None:
    make = MAKERS[-1]
    entries: dict[Any, bytes] = {}
    for key in "ab":
        parent = make(Kept())
        parent.add(0, [(key, 1)], 0)
        entries |= kept_after(parent).entries
    both = Kept(entries)
    child = make(both)
    assert child.add(5, [("a", 2), ("b", 2)], 1) == [(1, 2), (1, 2)]
    assert fired(make(changed(both, child.changes(), 0)), END) == []
