"""Answers questions to datasets from stored steps, and from the rows themselves where those are not up to date."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Expression, F, FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Cast

from dashboard.steps.building import READ, Steps
from dashboard.steps.expressions import Cell, Step, StoredStep
from dashboard.steps.models import RowStep
from dashboard.steps.pieces import ROWS, Pieces, pieces
from streams.core import clock
from streams.declarations import Line, Question, Series
from streams.models.rollups import changed_minutes

if TYPE_CHECKING:
    from dashboard.datasets import Table

CHANGED = 300  # minutes that are not in the steps yet; with more, rows are read
SPANS = 60  # of one answer: each is a condition
LAST = 20_000  # rows for `last`, which is computed here
MERGED = ("count", "sum", "mean", "min", "max", "last", "distinct")
Partial = tuple[Any, ...]
Cells = dict[tuple[str, int], Partial]  # by line and number of the step since 1970


class Fold(NamedTuple):
    """Merges what parts of a time have of a function, and makes the figure of it."""

    merge: Callable[[Partial, Partial], Partial]
    finish: Callable[[Partial], float | None]


def _known(take: Callable[[list[Any]], Any]) -> Callable[[Partial, Partial], Partial]:
    def merge(one: Partial, other: Partial) -> Partial:
        pairs = ([value for value in pair if value is not None] for pair in zip(one, other, strict=True))
        return tuple(take(pair) if pair else None for pair in pairs)

    return merge


def _first(partial: Partial) -> float | None:
    return partial[0]  # type: ignore[no-any-return]


FOLDS = {
    "count": Fold(_known(sum), _first),
    "sum": Fold(_known(sum), _first),
    "min": Fold(_known(min), _first),
    "max": Fold(_known(max), _first),
    "mean": Fold(_known(sum), lambda partial: partial[0] / partial[1] if partial[1] else None),
    "last": Fold(max, lambda partial: partial[2]),  # (at, order, value)
    "distinct": Fold(lambda one, other: (one[0] | other[0],), lambda partial: len(partial[0])),
}


@dataclass(frozen=True)
class Part:
    """Holds rows of one kind that an answer is made of: of a dataset or of its steps."""

    rows: QuerySet[Any]  # with a `key` if the question has `by`
    step: Expression  # numbers the step of the answer that a row falls into
    values: Sequence[Any]  # the expressions that make a Partial: aggregates, or of each row for `last` and `distinct`


def answer(table: "Table", asked: Question) -> Series | None:
    """Returns the answer; None if the rows themselves must be read for it."""
    kept = table.steps
    step = asked.step // clock.SECOND
    levels = [level for level in reversed(kept.levels) if step % level == 0] if kept else []
    if not kept or not levels or not _covers(kept, asked):
        return None
    changed = changed_minutes(kept.application, asked.stream, asked.start, asked.end, CHANGED)
    if changed is None:
        return None
    start, most = asked.start, LAST if asked.function == "last" else READ
    while True:
        found = pieces(start, asked.end, [level * clock.SECOND for level in levels], changed)
        if sum(map(len, found.values())) > SPANS or not _usable(kept, asked, found):
            return None
        parts = list(_parts(table, kept, asked, found))
        if start >= asked.end - asked.step or sum(part.rows.order_by()[: most + 1].count() for part in parts) <= most:
            return _series(asked, parts, start)
        start += max(asked.step, (asked.end - start) // 2 // asked.step * asked.step)


def forget(table: "Table", column: str, value: str) -> None:
    """Removes the sums of one value of a text column. The sums of all rows keep what they had of it."""
    if kept := table.steps:
        mine = RowStep.objects.filter(dataset=kept.dataset, whole=False)
        mine.alias(value=Cell(column)).filter(value=value).delete()


def _covers(kept: Steps, asked: Question) -> bool:
    """Returns whether the steps have everything that a question needs."""
    texts = {asked.by, *asked.where} - {""}
    if asked.function not in MERGED or not texts <= set(kept.texts):
        return False
    return asked.function == "count" or asked.column in (kept.texts if asked.function == "distinct" else kept.numbers)


def _keyed(asked: Question) -> bool:
    return bool(asked.by or asked.where or asked.function == "distinct")


def _steps(kept: Steps, stream: str, level: int, spans: Iterable[tuple[int, int]], *, whole: bool) -> QuerySet[RowStep]:
    within = (Q(start__gte=start // clock.SECOND, start__lt=end // clock.SECOND) for start, end in spans)
    mine = RowStep.objects.filter(dataset=kept.dataset, stream=stream, step=level // clock.SECOND, whole=whole)
    return mine.filter(reduce(or_, within))


def _usable(kept: Steps, asked: Question, found: Pieces) -> bool:
    """Returns whether no step of a time holds too many rows, or too many combinations of texts, to be kept."""
    lacks = Q(rows=None) | (Q(complete=False) if _keyed(asked) else Q())
    stored = [
        _steps(kept, asked.stream, level, spans, whole=True).filter(lacks) for level, spans in found.items() if level
    ]
    return not any(steps.exists() for steps in stored)


def _parts(table: "Table", kept: Steps, asked: Question, found: Pieces) -> Iterator[Part]:
    for level, spans in found.items():
        if level != ROWS:
            rows: QuerySet[Any] = _steps(kept, asked.stream, level, spans, whole=not _keyed(asked))
            columns: Mapping[str, Any] = {name: Cell(name) for name in kept.texts}
            step: Expression = StoredStep("start", asked.step // clock.SECOND)
            values = _of_steps(asked)
        else:
            times = [(clock.to_datetime(start), clock.to_datetime(end)) for start, end in spans]
            within = (Q(**{f"{table.time}__gte": start, f"{table.time}__lt": end}) for start, end in times)
            rows, columns = table.rows_of(asked.stream).filter(reduce(or_, within)), table.columns
            step, values = Step(table.time, asked.step // clock.SECOND), _of_rows(table, asked)
        for place, (column, wanted) in enumerate(asked.where.items()):
            rows = rows.alias(**{f"w{place}": columns[column]}).filter(**{f"w{place}__in": list(wanted)})
        if asked.by:
            rows = rows.annotate(key=columns[asked.by]).filter(key__isnull=False)
        yield Part(rows, step, values)


def _of_steps(asked: Question) -> list[Any]:
    """Returns the expressions by which steps make a Partial."""
    name = asked.column
    match asked.function:
        case "count":
            return [Sum("rows")]
        case "mean":
            return [Sum(Cell(name, "sum")), Sum(Cell(name, "count"))]
        case "last":
            return [Cell(name, place) for place in ("at", "order", "last")]
        case "distinct":
            return [Cell(name)]
    return [{"sum": Sum, "min": Min, "max": Max}[asked.function](Cell(name, asked.function))]


def _of_rows(table: "Table", asked: Question) -> list[Any]:
    """Returns the same of the rows themselves."""
    if asked.function == "count":
        return [Count("*")]
    column = table.columns[asked.column]
    if asked.function == "distinct":
        return [column]
    if asked.function == "last":
        return [F(table.time), F("pk"), column]
    number = Cast(column, FloatField())
    if asked.function == "mean":
        return [Sum(number), Count(column)]
    return [{"sum": Sum, "min": Min, "max": Max}[asked.function](number)]


def _series(asked: Question, parts: Sequence[Part], since: int) -> Series:
    fold = FOLDS[asked.function]
    each = asked.function in ("last", "distinct")  # is made of single rows
    wholes: dict[str, Partial] = {}
    if asked.by and not each:
        _gather(fold, wholes, ((str(key), partial) for part in parts for [key], partial in _grouped(part, ["key"])))
        parts = [Part(part.rows.filter(key__in=_best(fold, wholes)[: asked.most]), *_others(part)) for part in parts]
    cells: Cells = {}
    names = ["step", "key"] if asked.by else ["step"]
    read = _single if each else _grouped
    _gather(fold, cells, (((_name(key), step), made) for part in parts for [step, *key], made in read(part, names)))
    if each or not asked.by:
        _gather(fold, wholes, ((name, partial) for (name, _), partial in cells.items()))
    keys = _best(fold, wholes) if asked.by else [""]
    count = -(-(asked.end - asked.start) // asked.step)
    first = asked.start // asked.step
    lines = [
        Line(
            name,
            [fold.finish(cells[at]) if (at := (name, first + place)) in cells else None for place in range(count)],
            fold.finish(wholes[name]) if name in wholes else None,
        )
        for name in keys[: asked.most]
    ]
    return Series(asked.start, asked.step, lines, max(0, len(keys) - asked.most), since)


def _others(part: Part) -> tuple[Expression, Sequence[Any]]:
    return part.step, part.values


def _best(fold: Fold, wholes: Mapping[str, Partial]) -> list[str]:
    """Returns the lines in the order of their figures, the greatest first."""
    figures = {name: fold.finish(partial) for name, partial in wholes.items()}
    return sorted(figures, key=lambda name: (figures[name] is None, -(figures[name] or 0), name))


def _gather(fold: Fold, into: dict[Any, Partial], found: Iterable[tuple[Any, Partial]]) -> None:
    for at, partial in found:
        into[at] = fold.merge(into[at], partial) if at in into else partial


def _annotated(part: Part) -> tuple[QuerySet[Any], dict[str, Any]]:
    return part.rows.annotate(number=part.step), {f"v{place}": value for place, value in enumerate(part.values)}


def _grouped(part: Part, names: Sequence[str]) -> Iterator[tuple[list[Any], Partial]]:
    """Yields the partial of each group, as the database computes it."""
    rows, values = _annotated(part)
    own = ["number" if name == "step" else name for name in names]
    for row in rows.values(*own).annotate(**values).order_by().values_list(*own, *values):
        yield list(row[: len(own)]), row[len(own) :]


def _single(part: Part, names: Sequence[str]) -> Iterator[tuple[list[Any], Partial]]:
    """Yields the partial of each row that has a value."""
    rows, values = _annotated(part)
    own = ["number" if name == "step" else name for name in names]
    found = rows.annotate(**values).order_by().values_list(*own, *values)
    for row in found.distinct() if len(values) == 1 else found:
        partial = row[len(own) :]
        if partial[-1] is not None:
            at = partial[0]
            made = (
                ({partial[0]},)
                if len(values) == 1
                else (clock.from_datetime(at) if hasattr(at, "year") else at, *partial[1:])
            )
            yield list(row[: len(own)]), made


def _name(key: Sequence[Any]) -> str:
    return str(key[0]) if key else ""
