"""Joins of two streams: the shapes of the reference's examples, naive oracles, bounds and restarts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sql.engine.contract import Kept, Row
from sql.engine.operators.join import StreamJoinOperator
from sql.plan.nodes import Frame, Scan, StreamJoin
from tests.sql.operators.driving import Batch, Told, columns, drive, kept_after, slot

MINUTE = Frame(partition=(), range=60_000)
SIDE = Scan(columns=columns("id"), stream="S")


def node(kind: str, left: Frame | None, right: Frame | None) -> StreamJoin:
    keys = ((slot(0), slot(0)),)
    return StreamJoin(
        columns=(), left=SIDE, right=SIDE, kind=kind, left_frame=left, right_frame=right, keys=keys, condition=None
    )


def orders_and_shipments() -> list[Batch]:
    """Returns orders on the left and shipments on the right, by seconds after ten o'clock."""
    orders = [(0, 101), (20, 102), (30, 103), (40, 104), (50, 105)]
    shipments = [(5, 100), (20, 102), (35, 101), (45, 104), (140, 103)]
    rows = [(time, 0, order) for time, order in orders] + [(time, 1, order) for time, order in shipments]
    return [Batch(1000 * time, [(order, order)], side) for time, side, order in sorted(rows)]


def shown(found: list[tuple[int, Row]]) -> list[tuple[float, Any, Any]]:
    return [(time / 1000, *row) for time, row in found]


@pytest.mark.parametrize(
    ("kind", "left", "right", "outer_join", "expected"),
    [
        ("INNER", MINUTE, None, "once", [(20, 102, 102), (35, 101, 101), (45, 104, 104)]),
        ("INNER", None, MINUTE, "once", [(20, 102, 102)]),
        ("INNER", MINUTE, MINUTE, "once", [(20, 102, 102), (35, 101, 101), (45, 104, 104)]),
        ("INNER", None, None, "once", [(20, 102, 102)]),
        # A row of a side without a window that finds no match leaves one millisecond later: then it is certain.
        ("LEFT", None, MINUTE, "once", [(0.001, 101, None), (20, 102, 102), (30.001, 103, None), (40.001, 104, None),
                                        (50.001, 105, None)]),
        ("LEFT", MINUTE, None, "once", [(20, 102, 102), (35, 101, 101), (45, 104, 104), (90.001, 103, None),
                                        (110.001, 105, None)]),
        # In the service each row left again at the end of its window, matched or not.
        ("LEFT", MINUTE, None, "kda", [(20, 102, 102), (35, 101, 101), (45, 104, 104), (60, 101, None), (80, 102, None),
                                       (90, 103, None), (100, 104, None), (110, 105, None)]),
        ("LEFT", MINUTE, MINUTE, "kda", [(20, 102, 102), (35, 101, 101), (45, 104, 104), (90.001, 103, None),
                                         (110.001, 105, None)]),
        ("RIGHT", MINUTE, None, "once", [(5.001, None, 100), (20, 102, 102), (35, 101, 101), (45, 104, 104),
                                         (140.001, None, 103)]),
        ("RIGHT", None, MINUTE, "kda", [(20, 102, 102), (65, None, 100), (80, None, 102), (95, None, 101),
                                        (105, None, 104), (200, None, 103)]),
        ("FULL", MINUTE, None, "once", [(5.001, None, 100), (20, 102, 102), (35, 101, 101), (45, 104, 104),
                                        (90.001, 103, None), (110.001, 105, None), (140.001, None, 103)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("restarts", [set(), set(range(10))])
def test_join_of_orders_and_shipments(
    kind: str, left: Frame | None, right: Frame | None, outer_join: str, expected: list[Any], restarts: set[int]
) -> None:
    def make(kept: Kept) -> StreamJoinOperator:
        return StreamJoinOperator(node(kind, left, right), kept, Told(), None, 0, outer_join=outer_join)

    assert shown(drive(make, orders_and_shipments(), restarts)) == expected


def test_range_is_closed_at_both_ends() -> None:
    batches = [Batch(0, [(1, 1)], 0), Batch(60_000, [(1, 1)], 1), Batch(60_001, [(1, 1)], 1)]
    assert drive(lambda kept: StreamJoinOperator(node("LEFT", MINUTE, None), kept, Told()), batches) == [
        (60_000, (1, 1))
    ]


frames = st.sampled_from([None, Frame(partition=(), range=0), Frame(partition=(), range=7), Frame(partition=())])
times = st.lists(st.integers(0, 30), max_size=10).map(sorted)
key = st.none() | st.integers(0, 1)
rows = st.lists(st.tuples(key, st.integers(0, 2)).map(lambda pair: (pair[0], *pair)), max_size=2)
batches = times.flatmap(lambda ts: st.tuples(*(st.builds(Batch, st.just(t), rows, st.integers(0, 1)) for t in ts)))
restarts = st.sets(st.integers(0, 10))
kinds = st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"])
WIDE = Scan(columns=columns("k", "v"), stream="S")


def unequal(row: Row) -> bool:
    return bool(row[1] != row[3])


def lasts(frame: Frame | None) -> float:
    return 0 if frame is None else float("inf") if frame.range is None else frame.range


def naive(found: Any, kind: str, left: Frame | None, right: Frame | None) -> list[tuple[float, Row]]:
    """Returns all pairs by nested loops, and the rows without any."""
    sides: list[list[tuple[int, Row]]] = [
        [(b.time, row[1:]) for b in found if b.side == n for row in b.rows] for n in (0, 1)
    ]
    out: list[tuple[float, Row]] = []
    met: tuple[set[int], set[int]] = (set(), set())
    for one, (left_time, row) in enumerate(sides[0]):
        for two, (right_time, other) in enumerate(sides[1]):
            near = right_time - left_time <= lasts(left) and left_time - right_time <= lasts(right)
            if near and row[0] is not None and row[0] == other[0] and unequal(row + other):
                out.append((max(left_time, right_time), row + other))
                met[0].add(one)
                met[1].add(two)
    if kind in {"LEFT", "FULL"}:
        out += [(t + lasts(left) + 1, (*r, None, None)) for n, (t, r) in enumerate(sides[0]) if n not in met[0]]
    if kind in {"RIGHT", "FULL"}:
        out += [(t + lasts(right) + 1, (None, None, *r)) for n, (t, r) in enumerate(sides[1]) if n not in met[1]]
    return [each for each in out if each[0] < float("inf")]


@settings(max_examples=40)
@given(
    batches, restarts, st.sampled_from(["INNER", "LEFT", "RIGHT", "FULL"]), frames, frames, st.sampled_from([None, 0])
)
def test_join_agrees_with_nested_loops(
    found: Any, again: set[int], kind: str, left: Frame | None, right: Frame | None, partition: int | None
) -> None:
    of = StreamJoin(
        columns=(), left=WIDE, right=WIDE, kind=kind, left_frame=left, right_frame=right,
        keys=((slot(0), slot(0)),), condition=None,
    )  # fmt: skip
    out = drive(lambda kept: StreamJoinOperator(of, kept, Told(), unequal, partition), found, again)
    assert sorted(out, key=repr) == sorted(naive(found, kind, left, right), key=repr)
    assert [time for time, _ in out] == sorted(time for time, _ in out)


def test_rows_frame_forgets_the_oldest_and_lets_it_leave() -> None:
    """ROWS 1 PRECEDING remembers two rows."""
    two = Frame(partition=(), rows=2)
    batches = [Batch(n, [(n, n)], 0) for n in range(3)] + [Batch(3, [(0, 0), (1, 1)], 1), Batch(4, [(3, 3), (4, 4)], 0)]
    for again in (set(), {1, 2, 3, 4}):
        found = drive(lambda kept: StreamJoinOperator(node("LEFT", two, None), kept, Told()), batches, again)
        assert found == [(2, (0, None)), (3, (1, 1)), (4, (2, None))]


def test_rows_beyond_bound_leave_early_and_are_told() -> None:
    told = Told()
    batches = [Batch(0, [(1, 1), (2, 2), (3, 3)], 0), Batch(1, [(1, 1), (3, 3)], 1)]
    found = drive(lambda kept: StreamJoinOperator(node("LEFT", MINUTE, None), kept, told, most=2), batches)
    assert found == [(0, (1, None)), (1, (3, 3)), (60_001, (2, None))]
    assert (told.counts, len(told.faults)) == ({"full:joined rows": 1}, 1)


def test_matches_beyond_bound_are_left_out_and_told() -> None:
    told = Told()
    batches = [Batch(0, [(1, 1)] * 5, 0), Batch(1, [(1, 1)], 1)]
    found = drive(lambda kept: StreamJoinOperator(node("INNER", MINUTE, None), kept, told, matches=3), batches)
    assert (found, told.counts) == ([(1, (1, 1))] * 3, {"full:matches": 1})


def test_commit_writes_new_rows_alone() -> None:
    operator = StreamJoinOperator(node("LEFT", MINUTE, MINUTE), Kept(), Told(), None, 0)
    operator.add(0, [(1, 1), (2, 2)], 0)
    kept = kept_after(operator)
    operator.add(1, [(2, 2)], 1)
    change = operator.changes()
    assert (list(kept.entries), list(change.put)) == ([("1", "L", "1"), ("2", "L", "2")], [("2", "L", "2")])
    assert ([(entry.key, entry.until) for entry in change.history], operator.changes().put) == (
        [(("2", "R"), 60_002)],
        {},
    )
    operator.fire(60_001)
    assert operator.changes().removed == [("1", "L", "1"), ("2", "L", "2")]


def test_pairs_of_one_time_are_bounded() -> None:
    told = Told()
    operator = StreamJoinOperator(node("INNER", MINUTE, MINUTE), Kept(), told, pairs=20)
    operator.add(5, [(1, number) for number in range(10)], 0)
    assert len(operator.add(5, [(1, number) for number in range(10)], 1)) == 20
    assert told.counts == {"full:pairs": 8}
    assert len(operator.add(6, [(1, 0)], 1)) == 10
