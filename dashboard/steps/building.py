"""Adds up the rows of a dataset over steps: the shortest from the rows, each longer one from the one below."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from django.db.models import Q
from msgspec.structs import replace

from dashboard.steps.models import ALL, EACH, RowStep
from dashboard.steps.pieces import pieces
from streams.core import clock
from streams.models.rollups import Ladder
from streams.models.zoned_days import DAY, phase_of

if TYPE_CHECKING:
    from dashboard.datasets import Table

LEVELS = (300, 1800, 10_800, 86_400, 30 * 86_400)  # seconds; each divides the next
SPARES = 30  # a level is at least as many steps of the rows: below, it would hardly be shorter than they are
KEYS = 500  # values of a text, or combinations, in one step
ALONE = 4  # texts of which each has steps of its own: most questions are about one, and read fewer rows so
READ = 200_000  # rows that are added up for one step
PLACES = ("count", "sum", "min", "max", "last", "at", "order")  # in a column's list; `at` and `order` belong to `last`
AT = PLACES.index("at")
Numbers = list[Any]
_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Says which columns of a dataset are kept over longer steps."""

    dataset: str
    application: str
    texts: Sequence[str]
    numbers: Sequence[str]
    step: int = clock.SECOND  # milliseconds: rows are no finer

    @property
    def levels(self) -> list[int]:
        """Returns the lengths of its steps, in seconds."""
        return [level for level in LEVELS if level * clock.SECOND >= SPARES * self.step]

    def has(self, step: int) -> bool:
        """Returns whether steps of so many seconds are stored, or days of a zone under that length."""
        phase, levels = phase_of(step), self.levels
        return step in levels or bool(phase and levels and levels[0] < DAY and phase % levels[0] == 0)

    @property
    def groupings(self) -> dict[str, Sequence[int]]:
        """Returns the places of the texts by which rows are grouped, by RowStep.of."""
        alone = {name: [place] for place, name in enumerate(self.texts[:ALONE])} if len(self.texts) > 1 else {}
        return alone | {EACH: range(len(self.texts))}

    def of(self, texts: Collection[str]) -> str:
        """Returns RowStep.of of the steps that tell these texts apart."""
        name = next(iter(texts), ALL)
        return name if len(texts) < 2 and name in {ALL, *self.groupings} else EACH


@dataclass
class Group:
    """Adds up the rows of one combination of texts."""

    rows: int = 0
    numbers: dict[str, Numbers] = field(default_factory=dict)

    def add(self, rows: int, numbers: Mapping[str, Numbers]) -> None:
        """Adds rows."""
        self.rows += rows
        for name, more in numbers.items():
            mine = self.numbers.get(name)
            self.numbers[name] = list(more) if mine is None else _merged(mine, more)


Groups = dict[str, dict[tuple[Any, ...], Group]]  # by RowStep.of and texts


class Added(NamedTuple):
    """Holds the sums of one step. None for `whole`: its rows are too many; for `groups`: their texts are."""

    whole: Group | None
    groups: "Groups | None"


def with_tables(ladder: Ladder, *tables: "Table") -> Ladder:
    """Returns a ladder that also builds the steps of these tables."""

    def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
        if step in ladder.steps or (ladder.zoned and phase_of(step)):
            ladder.build(stream, step, starts)
        for table in tables:
            build_steps(table, stream, step, starts)

    return replace(ladder, steps=sorted({*ladder.steps, *LEVELS}), build=build, zoned=True)


def build_steps(table: "Table", stream: str, step: int, starts: Sequence[datetime]) -> None:
    """Stores the sums of these steps in place of older ones, if the table keeps steps of this length."""
    kept = table.steps
    if kept is None or not kept.has(step):
        return
    seconds = [int(start.timestamp()) for start in starts]
    mine = RowStep.objects.filter(dataset=kept.dataset, stream=stream, step=step)
    rows: list[RowStep] = []
    for start in seconds:
        shortest = step == kept.levels[0]
        rows.extend(
            _stored(kept, stream, step, start, (_of_rows if shortest else _of_steps)(table, stream, step, start))
        )
    mine.filter(start__in=seconds).delete()
    RowStep.objects.bulk_create(rows, batch_size=500)


def _stored(kept: Steps, stream: str, step: int, start: int, added: Added) -> Iterable[RowStep]:
    same = {"dataset": kept.dataset, "stream": stream, "step": step, "start": start}
    whole, groups = added
    if whole is None or whole.rows:
        data = _encode(whole.numbers if whole else {}).decode()
        yield RowStep(**same, of=ALL, complete=groups is not None, rows=whole.rows if whole else None, data=data)
    for of, found in (groups or {}).items():
        names = [kept.texts[place] for place in kept.groupings[of]]
        for texts, group in found.items():
            data = _encode(dict(zip(names, texts, strict=True)) | group.numbers).decode()
            yield RowStep(**same, of=of, rows=group.rows, data=data)


def _of_rows(table: "Table", stream: str, step: int, start: int) -> Added:
    """Adds up the rows of a step, which the database may hold in any order."""
    kept = table.steps
    assert kept
    texts, numbers = kept.texts, kept.numbers
    found = table.between(stream, start * clock.SECOND, (start + step) * clock.SECOND)
    if found.order_by()[: READ + 1].count() > READ:
        return Added(None, None)
    columns = {f"c{place}": table.columns[name] for place, name in enumerate([*texts, *numbers])}
    whole, groups = Group(), _Groups(kept)
    for at, order, *values in found.annotate(**columns).values_list(table.time, "pk", *columns).iterator():
        key, cells = tuple(values[: len(texts)]), values[len(texts) :]
        moment = clock.from_datetime(at)
        one = {name: _one(cell, moment, order) for name, cell in zip(numbers, cells, strict=True) if _counts(cell)}
        whole.add(1, one)
        for of, places in kept.groupings.items():
            groups.add(of, tuple(key[place] for place in places), 1, one)
    return Added(whole, groups.found)


def _of_steps(table: "Table", stream: str, step: int, start: int) -> Added:
    """Adds up the steps below."""
    kept = table.steps
    assert kept
    found = RowStep.objects.filter(
        _below(kept, step, start), dataset=kept.dataset, stream=stream, of__in=(ALL, *kept.groupings)
    )
    whole, groups, complete = Group(), _Groups(kept), True
    for of, is_complete, rows, text in found.values_list("of", "complete", "rows", "data").iterator():
        if rows is None:
            return Added(None, None)
        data = _decode(text)
        numbers = {name: data[name] for name in kept.numbers if name in data}
        if of == ALL:
            whole.add(rows, numbers)
            complete = complete and is_complete
        else:
            groups.add(of, tuple(data.get(kept.texts[place]) for place in kept.groupings[of]), rows, numbers)
    return Added(whole, groups.found if complete else None)


def _below(kept: Steps, step: int, start: int) -> Q:
    """Returns the condition that a step is one of those that together are a longer one, or a day of a zone."""
    if phase_of(step):
        shorter = [level for level in reversed(kept.levels) if level < DAY]
        found = pieces(start, start + DAY, shorter, [])
    else:
        found = {kept.levels[kept.levels.index(step) - 1]: [(start, start + step)]}
    parts = ((level, *span) for level, spans in found.items() for span in spans)
    return reduce(or_, (Q(step=level, start__gte=since, start__lt=until) for level, since, until in parts))


class _Groups:
    """Adds rows up by their texts, until there are too many."""

    def __init__(self, kept: Steps) -> None:
        self.found: Groups | None = {of: {} for of in kept.groupings}

    def add(self, of: str, key: tuple[Any, ...], rows: int, numbers: Mapping[str, Numbers]) -> None:
        if self.found is None:
            return
        groups = self.found[of]
        if key not in groups:
            if len(groups) >= KEYS:
                self.found = None
                return
            groups[key] = Group()
        groups[key].add(rows, numbers)


def _counts(cell: Any) -> bool:
    return cell is not None and math.isfinite(cell)


def _one(cell: Any, at: int, order: int) -> Numbers:
    value = cell if isinstance(cell, int) else float(cell)
    return [1, value, value, value, value, at, order]


def _merged(one: Numbers, other: Numbers) -> Numbers:
    count, total, low, high, *_ = one
    last = one if (one[AT], one[AT + 1]) > (other[AT], other[AT + 1]) else other
    return [count + other[0], total + other[1], min(low, other[2]), max(high, other[3]), *last[AT - 1 :]]
