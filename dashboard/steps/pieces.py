"""Divides a time into the longest stored steps that are up to date, and the rest, whose rows are read themselves."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from streams.core.clock import SECOND, to_datetime
from streams.models.zoned_days import DAY, step_of

Value = TypeVar("Value")
RUNS = 30  # runs of days in one query
LONE = 5  # days that are not stored: today, and those in which clocks change
MOMENTS = 2_000  # moments in one query: SQLite accepts some thousands of parameters
ROWS = 0  # stands in place of a level for the rows themselves
Pieces = dict[int, list[tuple[int, int]]]  # by level: times from and before which to read
Run = tuple[int, datetime, datetime]  # level, and the beginnings of the first and the last of steps side by side
Some = tuple[int, Sequence[datetime]]  # level, and the beginnings of steps


def pieces(start: int, end: int, levels: Sequence[int], changed: Sequence[int]) -> Pieces:
    """Returns the pieces of a time, all in one unit.

    `levels` are the lengths of stored steps, the longest first. `changed` are moments in order: a step with one of them
    is out of date.
    """
    found: Pieces = defaultdict(list)
    _divide(start, end, levels, changed, found)
    return dict(found)


def moments(edges: Sequence[int], levels: Sequence[int]) -> Iterator[tuple[int, Sequence[datetime]]]:
    """Yields the stored steps that together are the times between these edges, as (level, beginnings) for one query.

    Edges and levels are in seconds. Raises ValueError for edges between which a time is left that is no stored step.
    """
    found: dict[int, list[datetime]] = defaultdict(list)
    for start, end in pairwise(edges):
        _put(start, end, levels, found)
    for level, starts in found.items():
        yield from ((level, part) for part in batched(starts, MOMENTS))


def days_and_others(edges: Sequence[int], levels: Sequence[int], kept: Container[int]) -> tuple[list[Run], list[Some]]:
    """Returns the stored steps between edges as runs side by side, and the others by level, few enough for a query.

    `kept` are the beginnings of days of a zone that are stored as such.

    Steps of a few days that are not stored are runs, too: a query with all their beginnings costs more than a year.
    """
    days: list[tuple[int, int, int]] = []
    others: dict[int, list[datetime]] = defaultdict(list)
    few = sum(start not in kept for start in edges[:-1]) <= LONE
    for start, end in pairwise(edges):
        level = step_of(start)
        if start not in kept and few:
            days += _side_by_side(start, end, levels)
        elif start not in kept:
            _put(start, end, levels, others)
        elif days and (days[-1][0], days[-1][2]) == (level, start - DAY):
            days.append((level, days.pop()[1], start))
        else:
            days.append((level, start, start))
    runs = [(level, to_datetime(first * SECOND), to_datetime(last * SECOND)) for level, first, last in days]
    return runs, [(level, part) for level, starts in others.items() for part in batched(starts, MOMENTS)]


def _put(start: int, end: int, levels: Sequence[int], found: dict[int, list[datetime]]) -> None:
    for level, first, last in _side_by_side(start, end, levels):
        found[level] += [to_datetime(at * SECOND) for at in range(first, last + 1, level)]


def _side_by_side(start: int, end: int, levels: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yields the level, and the beginnings of the first and the last, of steps side by side that are a time."""
    for level, spans in pieces(start, end, levels, []).items():
        if level == ROWS:
            raise ValueError(f"No stored step is short enough for edges such as {start}.")
        yield from ((level, since, until - level) for since, until in spans)


def edge_of(edges: Sequence[int], moment: datetime) -> int:
    """Returns the last edge that is not after a moment; in seconds."""
    return edges[bisect_right(edges, int(moment.timestamp())) - 1]


def batched(values: Sequence[Value], most: int) -> Iterator[Sequence[Value]]:
    """Yields the values in parts of at most so many."""
    for first in range(0, len(values), most):
        yield values[first : first + most]


def _divide(start: int, end: int, levels: Sequence[int], changed: Sequence[int], found: Pieces) -> None:
    if start >= end:
        return None
    if not levels:
        return _add(found[ROWS], start, end)
    level, shorter = levels[0], levels[1:]
    first, last = -(-start // level) * level, end // level * level
    if first >= last:
        return _divide(start, end, shorter, changed, found)
    _divide(start, first, shorter, changed, found)
    at = first
    while at < last:
        place = bisect_left(changed, at)
        stale = changed[place] // level * level if place < len(changed) else last
        if stale > at:
            _add(found[level], at, min(stale, last))
        if stale < last:
            _divide(stale, stale + level, shorter, changed, found)
        at = stale + level
    return _divide(last, end, shorter, changed, found)


def _add(spans: list[tuple[int, int]], start: int, end: int) -> None:
    if spans and spans[-1][1] == start:
        start = spans.pop()[0]
    spans.append((start, end))
