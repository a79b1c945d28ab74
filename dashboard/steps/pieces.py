"""Divides a time into the longest stored steps that are up to date, and the rest, whose rows are read themselves."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeVar

from streams.core.clock import SECOND, to_datetime
from streams.models.zoned_days import DAY, phase_of, step_of

Value = TypeVar("Value")
MOMENTS = 2_000  # moments in one query: SQLite accepts some thousands of parameters
ROWS = 0  # stands in place of a level for the rows themselves
Pieces = dict[int, list[tuple[int, int]]]  # by level: times from and before which to read


def pieces(start: int, end: int, levels: Sequence[int], changed: Sequence[int]) -> Pieces:
    """Returns the pieces of a time, all in one unit.

    `levels` are the lengths of stored steps, the longest first. `changed` are moments in order: a step with one of them
    is out of date.
    """
    found: Pieces = defaultdict(list)
    _divide(start, end, levels, changed, found)
    return dict(found)


def moments(
    edges: Sequence[int], levels: Sequence[int], kept: Container[int] = ()
) -> Iterator[tuple[int, Sequence[datetime]]]:
    """Yields the stored steps that together are the times between these edges, as (level, beginnings) for one query.

    Edges and levels are in seconds; `kept` are the beginnings of days of a zone that are stored. Raises ValueError for
    edges between which a time is left that is no stored step.
    """
    found: dict[int, list[datetime]] = defaultdict(list)
    days: list[tuple[int, list[datetime]]] = []  # runs of days side by side
    for start, end in pairwise(edges):
        if start in kept:
            if not days or (days[-1][0], days[-1][1][-1]) != (step_of(start), to_datetime((start - DAY) * SECOND)):
                days.append((step_of(start), []))
            days[-1][1].append(to_datetime(start * SECOND))
            continue
        for level, spans in pieces(start, end, levels, []).items():
            if level == ROWS:
                raise ValueError(f"No stored step is short enough for edges such as {edges[0]}.")
            found[level] += [to_datetime(at * SECOND) for since, until in spans for at in range(since, until, level)]
    yield from days
    for level, starts in found.items():
        yield from ((level, part) for part in batched(starts, MOMENTS))


def beginnings(level: int, starts: Sequence[datetime]) -> dict[str, Any]:
    """Returns the condition for stored steps with these beginnings: of days side by side by the first and the last."""
    if phase_of(level):
        return {"start__gte": starts[0], "start__lte": starts[-1]}
    return {"start__in": starts}


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
