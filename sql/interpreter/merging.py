"""Gives the rows of joined, sorted and counted streams from all their rows at once, by definition."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cmp_to_key
from itertools import groupby
from typing import Any

from sql.plan import nodes

Row = tuple[Any, ...]
Timed = tuple[int, Row]  # a row time in milliseconds, and the row
Bounds = Callable[[int], tuple[int, int]]  # of a time: the first millisecond of its period, and the one after its last


def ordered(rows: Sequence[tuple[int, Row, Row]], keys: Sequence[nodes.SortKey], end: Bounds) -> Iterator[Timed]:
    """Yields rows, given with their sort keys, in the order of each period, with the period's end as their time."""

    def compared(one: tuple[int, Row, Row], other: tuple[int, Row, Row]) -> int:
        for key, a, b in zip(keys, one[1], other[1], strict=True):
            if a is None or b is None:
                found = _nulls(a, b, first=key.nulls_first)
            else:
                found = ((a > b) - (a < b)) * (-1 if key.descending else 1)
            if found:
                return found
        return 0

    for until, group in groupby(rows, key=lambda row: end(row[0])[1]):
        yield from ((until, row) for _, _, row in sorted(group, key=cmp_to_key(compared)))


def _nulls(one: Any, other: Any, *, first: bool) -> int:
    """Returns -1 if a value, one of which at least is NULL, comes before the other, 1 if after, 0 if both are NULL."""
    lower = (one is not None) - (other is not None)
    return lower if first else -lower


def commonest(rows: Iterable[Timed], node: nodes.TopItems, bounds: Bounds) -> Iterator[Timed]:
    """Yields the commonest values of each period; of equal counts, the one first that reached it first."""
    for (_, end), group in groupby(rows, key=lambda row: bounds(row[0])):
        values = [row[node.slot] for _, row in group if row[node.slot] is not None]
        last = {value: at for at, value in enumerate(values)}
        best = sorted(Counter(values).items(), key=lambda item: (-item[1], last[item[0]]))
        yield from ((end, (value, float(count))) for value, count in best[: node.most])


def distinct_counts(rows: Iterable[Timed], node: nodes.DistinctCount, bounds: Bounds) -> Iterator[Timed]:
    """Yields the number of distinct values of each period that has a row."""
    for (_, end), group in groupby(rows, key=lambda row: bounds(row[0])):
        yield end, (len({row[node.slot] for _, row in group} - {None}),)


def joined(
    left: Sequence[tuple[int, Row, Row]],
    right: Sequence[tuple[int, Row, Row]],
    node: nodes.StreamJoin,
    stays: Callable[[int, Row], bool],
) -> list[Timed]:
    """Returns the pairs of two streams' rows, given with the values of their keys.

    A pair leaves at the later of its times if the earlier row is then still in the frame of its side, which is a RANGE.
    A row of a preserved side without a match leaves with NULLs one millisecond after the end of its own frame.
    """
    found: list[Timed] = []
    matched: set[tuple[int, int]] = set()
    frames = [frame.range or 0 if frame else 0 for frame in (node.left_frame, node.right_frame)]
    for n, (time, key, row) in enumerate(left):
        for m, (other, wanted, mate) in enumerate(right):
            near = other - time <= frames[0] if other >= time else time - other <= frames[1]
            pair, now = (*row, *mate), max(time, other)
            if near and None not in key and key == wanted and stays(now, pair):
                matched |= {(0, n), (1, m)}
                found.append((now, pair))
    nulls = ((None,) * len(node.left.columns), (None,) * len(node.right.columns))
    for side, rows in enumerate((left, right)):
        if node.kind in {("LEFT", "RIGHT")[side], "FULL"}:
            alone = [
                (time + frames[side] + 1, row) for n, (time, _, row) in enumerate(rows) if (side, n) not in matched
            ]
            found += [(time, (*nulls[0], *row) if side else (*row, *nulls[1])) for time, row in alone]
    return sorted(found, key=lambda pair: pair[0])
