"""Answers questions from rows in memory, as the database answers them (dashboard/datasets.py)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from dashboard import lines
from dashboard.held.rows import Row
from streams.declarations import Question, Series

Steps = dict[str, dict[int, list[Any]]]  # by value of `by` and number of the step since 1970


class UnlikeError(Exception):
    """Means that a value is none that every database compares alike, such as true."""


def last(values: Sequence[float]) -> float:
    """Returns the last one."""
    return values[-1]


def p95(values: Sequence[float]) -> float:
    """Returns the 95th percentile by the nearest rank: a number that occurred."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _distinct(values: Sequence[Any]) -> int:
    return len(set(values))


TAKE: dict[str, Callable[[Sequence[Any]], float]] = {
    "count": len,
    "sum": sum,
    "mean": _mean,
    "min": min,
    "max": max,
    "last": last,
    "p95": p95,
    "distinct": _distinct,
}
FROM_ROWS = ("last", "p95")  # have no line without a value
EMPTY: dict[str, float] = {"distinct": 0}  # of a step with rows, none of which has a value


def series(asked: Question, rows: Sequence[Row], numbers: Collection[str]) -> Series | None:
    """Returns the answer, from all rows of its time in their order; None if only the database can give it.

    `numbers` are the columns that hold numbers.
    """
    try:
        steps = _steps(asked, rows, is_number=asked.column in numbers)
    except UnlikeError:
        return None
    take, empty = TAKE[asked.function], EMPTY.get(asked.function)
    wholes = {}
    for name, groups in steps.items():
        whole = list(chain.from_iterable(groups.values()))
        if whole or asked.function not in FROM_ROWS:
            wholes[name] = take(whole) if whole else empty

    def cell(name: str, number: int) -> float | None:
        values = steps[name].get(number) if name in steps else None
        return None if values is None else take(values) if values else empty

    return lines.series(asked, lines.ordered(wholes), wholes, cell, asked.start)


def _steps(asked: Question, rows: Sequence[Row], *, is_number: bool) -> Steps:
    """Returns the values of each line and step, in the order of time. Raises UnlikeError."""
    for column, allowed in asked.where.items():
        texts = _texts(rows, column)
        rows = [row for row, text in zip(rows, texts, strict=True) if text in allowed]
    values = [True] * len(rows) if asked.function == "count" else _values(rows, asked.column, is_number=is_number)
    found: Steps = defaultdict(dict)
    if not asked.by:
        for place, first, last in _spans([row[0] for row in rows], asked.step):
            found[""][place] = [value for value in values[first:last] if value is not None]
        return found
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for (time, *_), name, value in zip(rows, _texts(rows, asked.by), values, strict=True):
        if name is not None:
            mine = groups[name, time // asked.step]
            if value is not None:
                mine.append(value)
    for (name, place), group in groups.items():
        found[name][place] = group
    return found


def _spans(times: Sequence[int], step: int) -> Iterator[tuple[int, int, int]]:
    """Yields (number of the step, its first place, the place behind its last) of each step with rows."""
    first = 0
    while first < len(times):
        place = times[first] // step
        last = bisect_left(times, (place + 1) * step, first)
        yield place, first, last
        first = last


def _values(rows: Sequence[Row], column: str, *, is_number: bool) -> list[Any]:
    if not is_number:
        return _texts(rows, column)
    return [None if (value := row[2].get(column)) is None else float(value) for row in rows]


def _texts(rows: Sequence[Row], column: str) -> list[str | None]:
    """Returns the texts of a column. Raises UnlikeError for a value that is neither a text nor None."""
    found = [row[2].get(column) for row in rows]
    if not {*map(type, found)} <= {str, type(None)}:
        raise UnlikeError
    return found
