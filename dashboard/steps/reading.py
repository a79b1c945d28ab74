"""Answers questions to datasets from stored steps, and from the rows themselves where those are not up to date.

Steps are read and merged here, not by the database: it would take twice as long to look into their JSON.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import add, attrgetter, contains
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.db.models import Count, F, QuerySet
from msgspec.structs import replace

from dashboard import lines
from dashboard.steps.building import READ, Steps
from dashboard.steps.dividing import Part, divided_days, divided_time, of_steps, stored
from dashboard.steps.expressions import Cell, Step
from dashboard.steps.models import ALL, RowStep
from streams.core import clock
from streams.declarations import Line, Question, Series
from streams.models.rollups import changed_minutes

if TYPE_CHECKING:
    from dashboard.datasets import Table

CHANGED = 300  # minutes that are not in the steps yet; with more, rows are read
LAST = 20_000  # rows for `last`, which is computed here
SINGLE = ("last", "distinct")  # functions that are computed of single rows
Partial = tuple[Any, ...]
Place = tuple[str, int]  # line, and number of the step since 1970


class TooManyError(Exception):
    """Means that a time has too many rows to be read."""


class Function(NamedTuple):
    """Makes the part of a step for a function, merges the parts of steps, and makes the figure of a part."""

    of: Callable[[int, Any], Partial | None]  # takes the number of rows in the step, and the column's list or text
    merge: Callable[[Partial, Partial], Partial]
    finish: Callable[[Partial], float | None]


def _known(take: Callable[[Any, Any], Any]) -> Callable[[Partial, Partial], Partial]:
    def merge(one: Partial, other: Partial) -> Partial:
        a, b = one[0], other[0]
        return other if a is None else one if b is None else (take(a, b), *map(add, one[1:], other[1:]))

    return merge


def _first(partial: Partial) -> float | None:
    return partial[0]  # type: ignore[no-any-return]


_plus = _known(add)
FUNCTIONS = {
    "count": Function(lambda rows, _: (rows,), _plus, _first),
    "sum": Function(lambda _, of: (of[1] if of else None,), _plus, _first),
    "min": Function(lambda _, of: (of[2] if of else None,), _known(min), _first),
    "max": Function(lambda _, of: (of[3] if of else None,), _known(max), _first),
    "mean": Function(lambda _, of: (of[1], of[0]) if of else (None, 0), _plus, lambda p: p[0] / p[1] if p[1] else None),
    "last": Function(lambda _, of: (of[5], of[6], of[4]) if of else None, max, lambda p: p[2]),  # (at, order, value)
    "distinct": Function(
        lambda _, of: None if of is None else ({of},), lambda a, b: (a[0] | b[0],), lambda p: len(p[0])
    ),
}


def answer(table: "Table", asked: Question) -> Series | None:
    """Returns the answer; None if the rows themselves must be read for it."""
    kept = table.steps
    lengths = [level * clock.SECOND for level in reversed(kept.levels)] if kept else []
    levels = [length for length in lengths if asked.step % length == asked.phase % length == 0]
    if not kept or not levels or not _covers(kept, asked):
        return None
    changed = changed_minutes(kept.application, asked.stream, asked.start, asked.end, CHANGED)
    if changed is None:
        return None
    start = asked.start
    while True:
        divided = divided_time(kept, replace(asked, start=start), lengths, levels, changed)
        if divided is None:
            return None
        try:
            cells = _cells(table, kept, asked, *divided)
            break
        except TooManyError:
            if start >= asked.end - asked.step:
                return None
            start = lines.later(asked, start)
    return _series(asked, cells, start)


def answer_days(table: "Table", asked: Question, edges: Sequence[int]) -> Series | None:
    """Returns the answer in days that begin at these times, the last of which is an end; None as in `answer`."""
    kept = table.steps
    if not kept or not _covers(kept, asked):
        return None
    changed = changed_minutes(kept.application, asked.stream, edges[0], asked.end, CHANGED)
    if changed is None:
        return None
    first = 0
    while divided := divided_days(kept, asked, edges[first:], changed):
        try:
            cells = _cells(table, kept, asked, *divided, edges)
        except TooManyError:
            if first >= len(edges) - 2:
                return None
            first += max(1, (len(edges) - 1 - first) // 2)
        else:
            figures, cell = _figures(asked, cells)
            names = lines.ordered(figures)[: asked.most] if asked.by else [""]
            days = range(len(edges) - 1)
            found = [Line(name, [cell(name, day) for day in days], figures.get(name)) for name in names]
            more = max(0, len(figures) - asked.most) if asked.by else 0
            return Series(edges[0], asked.step, found, more, edges[first], edges)
    return None


def forget(table: "Table", column: str, value: str) -> None:
    """Removes the sums of one value of a text column. The sums of all rows keep what they had of it."""
    if kept := table.steps:
        mine = RowStep.objects.filter(dataset=kept.dataset).exclude(of=ALL)
        mine.alias(value=Cell(column)).filter(value=value).delete()


def _covers(kept: Steps, asked: Question) -> bool:
    """Returns whether the steps have everything that a question needs."""
    texts = {asked.by, *asked.where} - {""}
    if asked.function not in FUNCTIONS or not texts <= set(kept.texts):
        return False
    return asked.function == "count" or asked.column in (kept.texts if asked.function == "distinct" else kept.numbers)


def _cells(
    table: "Table",
    kept: Steps,
    asked: Question,
    parts: Sequence[Part],
    spans: Sequence[tuple[int, int]],
    edges: Sequence[int] = (),
) -> dict[Place, Partial]:
    """Returns what each line and step has, of stored steps and of the rows in `spans`. Raises TooManyError.

    With `edges`, steps are the days that begin there, and no span is of two.
    """
    merge, left = FUNCTIONS[asked.function].merge, LAST if asked.function == "last" else READ
    cells: dict[Place, Partial] = {}
    for steps in stored(kept, asked.stream, parts, of_steps(kept, asked)):
        rows = list(steps.order_by().values_list("start", "rows", "data")[: left + 1])
        left -= len(rows)
        if left < 0:
            raise TooManyError
        _gather(merge, cells, _of_steps(asked, rows, edges))
    for start, end in spans:  # one query for each span, so that the index leads to its rows
        day = bisect_right(edges, start) - 1 if edges else 0
        mine = replace(asked, step=end - edges[day], phase=edges[day]) if edges else asked
        rows_of = _rows(table, mine, start, end)
        left -= rows_of.order_by()[: left + 1].count()
        if left < 0:
            raise TooManyError
        _gather(merge, cells, _of_rows(table, mine, rows_of, day))
    return cells


def _of_steps(
    asked: Question, rows: Sequence[tuple[int, Any, str]], edges: Sequence[int]
) -> Iterator[tuple[Place, Partial]]:
    make, by = FUNCTIONS[asked.function].of, asked.by
    step, phase = asked.step // clock.SECOND, asked.phase // clock.SECOND
    wanted = [frozenset(values) for values in asked.where.values()]
    decode, take = _decoder((asked.column, by, *asked.where))
    found = decode(f"[{','.join([data for _, _, data in rows])}]")
    for (start, count, _), (column, key, *texts) in zip(rows, map(take, found), strict=True):
        if (by and key is None) or (wanted and not all(map(contains, wanted, texts))):
            continue
        partial = make(count, column)
        if partial is not None:
            number = bisect_right(edges, start * clock.SECOND) - 1 if edges else (start - phase) // step
            yield (str(key) if by else "", number), partial


@cache
def _decoder(names: tuple[str, ...]) -> tuple[Callable[[str], list[Any]], Callable[[Any], tuple[Any, ...]]]:
    """Returns a decoder of JSON objects in a list, and a function that takes the values of these names from one."""
    unique = {name: f"f{place}" for place, name in enumerate(names)}
    fields = [(field, Any, None) for field in unique.values()]
    rename = {field: name for name, field in unique.items()}
    kind = msgspec.defstruct("Found", fields, rename=rename, gc=False)
    return msgspec.json.Decoder(list[kind]).decode, attrgetter(*(unique[name] for name in names))  # type: ignore[valid-type]


def _rows(table: "Table", asked: Question, start: int, end: int) -> QuerySet[Any]:
    rows = table.keyed(table.filtered(replace(asked, start=start, end=end)), asked)
    seconds, later = asked.step // clock.SECOND, asked.phase // clock.SECOND
    numbered: QuerySet[Any] = rows.annotate(number=Step(table.time, seconds, later))
    return numbered


def _of_rows(table: "Table", asked: Question, rows: QuerySet[Any], first: int) -> Iterator[tuple[Place, Partial]]:
    values = {f"v{place}": value for place, value in enumerate(_values(table, asked))}
    own = ["number", "key"] if asked.by else ["number"]
    single = asked.function in SINGLE
    found = (rows if single else rows.values(*own)).annotate(**values).order_by().values_list(*own, *values)
    for number, *row in found.distinct() if asked.function == "distinct" else found:
        key, partial = (str(row[0]), row[1:]) if asked.by else ("", row)
        if not single:
            yield (key, first + number), tuple(partial)
        elif partial[-1] is not None:
            made = ({partial[0]},) if len(partial) == 1 else (clock.from_datetime(partial[0]), *partial[1:])
            yield (key, first + number), made


def _values(table: "Table", asked: Question) -> list[Any]:
    """Returns the expressions that make what a step has of its rows, or a single row of itself."""
    match asked.function:
        case "distinct":
            return [table.columns[asked.column]]
        case "last":
            return [F(table.time), F("pk"), table.columns[asked.column]]
        case "mean":
            return [table.aggregate(replace(asked, function="sum")), Count(table.columns[asked.column])]
    return [table.aggregate(asked)]


def _series(asked: Question, cells: Mapping[Place, Partial], since: int) -> Series:
    figures, cell = _figures(asked, cells)
    return lines.series(asked, lines.ordered(figures), figures, cell, since)


def _figures(
    asked: Question, cells: Mapping[Place, Partial]
) -> tuple[dict[str, float | None], Callable[[str, int], float | None]]:
    """Returns the figure of each line over the whole time, and a function that returns that of a line and step."""
    _, merge, finish = FUNCTIONS[asked.function]
    wholes: dict[str, Partial] = {}
    _gather(merge, wholes, ((name, partial) for (name, _), partial in cells.items()))

    def cell(name: str, number: int) -> float | None:
        partial = cells.get((name, number))
        return None if partial is None else finish(partial)

    return {name: finish(partial) for name, partial in wholes.items()}, cell


def _gather(
    merge: Callable[[Partial, Partial], Partial], into: dict[Any, Partial], found: Iterable[tuple[Any, Partial]]
) -> None:
    for at, partial in found:
        before = into.get(at)
        into[at] = partial if before is None else merge(before, partial)
