"""Answers questions from rows in memory, as the database answers them (dashboard/datasets.py)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from math import fsum
from typing import Any

from dashboard.held.rows import Row
from streams.declarations import Line, Question, Series

Cell = tuple[int, str, Any]  # number of the step since 1970, value of `by`, value of the column


class UnlikeError(Exception):
    """Means that a value is none that every database compares alike, such as true."""


def last(values: Sequence[float]) -> float:
    """Returns the last one."""
    return values[-1]


def p95(values: Sequence[float]) -> float:
    """Returns the 95th percentile by the nearest rank: a number that occurred."""
    return sorted(values)[-(-95 * len(values) // 100) - 1]


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _distinct(values: Sequence[Any]) -> int:
    return len(set(values))


TAKE: dict[str, Callable[[Sequence[Any]], float]] = {
    "count": len,
    "sum": fsum,
    "mean": _mean,
    "min": min,
    "max": max,
    "last": last,
    "p95": p95,
    "distinct": _distinct,
}
EMPTY: dict[str, float] = {"distinct": 0}  # of a step with rows, none of which has a value


def series(asked: Question, rows: Sequence[Row], numbers: Collection[str]) -> Series | None:
    """Returns the answer, from all rows of its time in their order; None if only the database can give it.

    `numbers` are the columns that hold numbers.
    """
    steps: dict[tuple[str, int], list[Any]] = defaultdict(list)
    lines: dict[str, list[Any]] = defaultdict(list)
    try:
        for step, name, value in _cells(asked, rows, is_number=asked.column in numbers):
            mine, whole = steps[name, step], lines[name]
            if value is not None:
                mine.append(value)
                whole.append(value)
    except UnlikeError:
        return None
    take, empty = TAKE[asked.function], EMPTY.get(asked.function)
    wholes = {name: take(values) if values else empty for name, values in lines.items()}
    names = sorted(wholes, key=lambda name: (wholes[name] is None, -(wholes[name] or 0), name)) if asked.by else [""]
    first, count = asked.start // asked.step, -(-(asked.end - asked.start) // asked.step)
    places = range(first, first + count)
    found = [
        Line(name, [_of(take, empty, steps.get((name, place))) for place in places], wholes.get(name))
        for name in names[: asked.most]
    ]
    return Series(asked.start, asked.step, found, max(0, len(names) - asked.most), asked.start)


def _of(take: Callable[[Sequence[Any]], float], empty: float | None, values: list[Any] | None) -> float | None:
    if values is None:
        return None
    return take(values) if values else empty


def _cells(asked: Question, rows: Sequence[Row], *, is_number: bool) -> Iterator[Cell]:
    """Yields the value of each row that the question is about. Raises UnlikeError."""
    column, by, step, counts = asked.column, asked.by, asked.step, asked.function == "count"
    where = [(name, set(values)) for name, values in asked.where.items()]
    for time, _, row in rows:
        if where and not all(_text(row.get(name)) in values for name, values in where):
            continue
        name = _text(row.get(by)) if by else ""
        if name is None:
            continue
        value = True if counts else row.get(column)
        if value is not None and not counts:
            value = float(value) if is_number else _text(value)
        yield time // step, name, value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UnlikeError
