"""Answers questions from rows in memory, as the database answers them (dashboard/datasets.py).

The parts of a whole step are kept beside the rows until a row of the step is added, so a look computes only the steps
that changed and those that lie only partly in the time of the question.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dashboard import lines
from dashboard.held.parts import FUNCTIONS
from dashboard.held.rows import Key, Memory, Parts, Row
from streams.declarations import Question, Series

FROM_ROWS = ("last", "p95")  # functions that have no line without a value
EMPTY: dict[str, float] = {"distinct": 0}  # by function: the figure of a step in which no row has a value


class UnlikeError(Exception):
    """Means that a value is none that every database compares alike, such as true."""


def series(
    asked: Question, rows: Sequence[Row], numbers: Collection[str], memory: Memory | None = None
) -> Series | None:
    """Returns the answer, from all rows of its time in their order; None if only the database can give it.

    `numbers` are the columns that hold numbers. `memory` keeps the parts of whole steps of these rows.
    """
    try:
        steps = _steps(asked, rows, memory, is_number=asked.column in numbers)
    except UnlikeError:
        return None
    function, empty = FUNCTIONS[asked.function], EMPTY.get(asked.function)

    def cell(name: str, number: int) -> float | None:
        parts = steps[number]
        if name not in parts:
            return None
        return empty if parts[name] is None else function.figure(parts[name])

    wholes = _wholes(asked, steps)
    return lines.series(asked, lines.ordered(wholes), wholes, cell, asked.start)


def _wholes(asked: Question, steps: Parts) -> dict[str, float | None]:
    """Returns the figure of each line over the whole time."""
    function, empty = FUNCTIONS[asked.function], EMPTY.get(asked.function)
    parts: dict[str, list[Any]] = defaultdict(list)
    for number in lines.steps(asked):
        for name, part in steps[number].items():
            parts[name].append(part)
    wholes: dict[str, float | None] = {}
    for name, mine in parts.items():
        known = [part for part in mine if part is not None]
        if known or asked.function not in FROM_ROWS:
            wholes[name] = function.figure(function.merge(known)) if known else empty
    return wholes


def _steps(asked: Question, rows: Sequence[Row], memory: Memory | None, *, is_number: bool) -> Parts:
    """Returns the parts of each step by line; None is the part of rows without a value. Raises UnlikeError."""
    key = Key(asked.step, asked.phase, asked.function, asked.column, asked.by, _plain(asked.where))
    known = memory.known(key) if memory else {}
    numbers, whole = lines.steps(asked), _whole_steps(asked)
    found = {number: known[number] for number in numbers if number in known and number in whole}
    computed: dict[int, dict[str, Any]] = {}
    for first, behind in _runs(number for number in numbers if number not in found):
        start, end = (bisect_left(rows, (asked.phase + number * asked.step,)) for number in (first, behind))
        computed |= {number: {} for number in range(first, behind)}
        for name, number, values in _groups(asked, rows[start:end], is_number=is_number):
            computed[number][name] = FUNCTIONS[asked.function].of(values) if values else None
    if memory:
        memory.keep(key, {number: parts for number, parts in computed.items() if number in whole})
    return found | computed


def _plain(where: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((column, tuple(values)) for column, values in where.items())


def _whole_steps(asked: Question) -> range:
    """Returns the numbers of the steps that lie wholly in the time of a question."""
    return range(-((asked.phase - asked.start) // asked.step), (asked.end - asked.phase) // asked.step)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yields (first, the one behind the last) of each run of numbers that follow each other."""
    first = behind = None
    for number in numbers:
        if number != behind:
            if first is not None and behind is not None:
                yield first, behind
            first = number
        behind = number + 1
    if first is not None and behind is not None:
        yield first, behind


def _groups(asked: Question, rows: Sequence[Row], *, is_number: bool) -> Iterator[tuple[str, int, list[Any]]]:
    """Yields each line, number of a step, and the values of its rows in the order of time. Raises UnlikeError."""
    for column, allowed in asked.where.items():
        texts = _texts(rows, column)
        rows = [row for row, text in zip(rows, texts, strict=True) if text in allowed]
    values = [True] * len(rows) if asked.function == "count" else _values(rows, asked.column, is_number=is_number)
    if not asked.by:
        for place, first, last in _spans([row[0] - asked.phase for row in rows], asked.step):
            yield "", place, [value for value in values[first:last] if value is not None]
        return
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for (time, *_), name, value in zip(rows, _texts(rows, asked.by), values, strict=True):
        if name is not None:
            mine = groups[name, (time - asked.phase) // asked.step]
            if value is not None:
                mine.append(value)
    for (name, place), group in groups.items():
        yield name, place, group


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
