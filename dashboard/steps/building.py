"""Adds up the rows of a dataset over steps: the shortest from the rows, each longer one from the one below."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from dashboard.steps.models import RowStep
from streams.core import clock
from streams.models.rollups import Ladder

if TYPE_CHECKING:
    from dashboard.datasets import Table

LEVELS = (300, 1800, 10_800, 86_400)  # seconds; each divides the next
SPARES = 30  # a level is at least as many steps of the rows: below, it would hardly be shorter than they are
KEYS = 500  # combinations of texts in one step
READ = 200_000  # rows that are added up for one step
PLACES = ("count", "sum", "min", "max", "last", "at", "order")  # of a column's list; `at` and `order` are of `last`
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


class Added(NamedTuple):
    """Holds the sums of one step. None for `whole`: its rows are too many; for `groups`: their combinations are."""

    whole: Group | None
    groups: dict[tuple[Any, ...], Group] | None


def beside(ladder: Ladder, *tables: "Table") -> Ladder:
    """Returns a ladder that also builds the steps of these tables."""

    def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
        ladder.build(stream, step, starts)
        for table in tables:
            build_steps(table, stream, step, starts)

    return replace(ladder, build=build)


def build_steps(table: "Table", stream: str, step: int, starts: Sequence[datetime]) -> None:
    """Stores the sums of these steps in place of older ones, if the table keeps steps of this length."""
    kept = table.steps
    if kept is None or step not in kept.levels:
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
        yield RowStep(**same, whole=True, complete=groups is not None, rows=whole.rows if whole else None, data=data)
    for texts, group in (groups or {}).items():
        data = _encode(dict(zip(kept.texts, texts, strict=True)) | group.numbers).decode()
        yield RowStep(**same, whole=False, rows=group.rows, data=data)


def _of_rows(table: "Table", stream: str, step: int, start: int) -> Added:
    """Adds up the rows of a step, which the database may hold in any order."""
    assert table.steps
    texts, numbers = table.steps.texts, table.steps.numbers
    since = datetime.fromtimestamp(start, UTC)
    found = table.rows_of(stream).filter(
        **{f"{table.time}__gte": since, f"{table.time}__lt": since + timedelta(seconds=step)}
    )
    if found.order_by()[: READ + 1].count() > READ:
        return Added(None, None)
    columns = {f"c{place}": table.columns[name] for place, name in enumerate([*texts, *numbers])}
    added = Added(Group(), {})
    for at, order, *values in found.annotate(**columns).values_list(table.time, "pk", *columns).iterator():
        key, cells = tuple(values[: len(texts)]), values[len(texts) :]
        moment = clock.from_datetime(at)
        one = {name: _one(cell, moment, order) for name, cell in zip(numbers, cells, strict=True) if _counts(cell)}
        added = _add(added, key, 1, one)
    return added


def _of_steps(table: "Table", stream: str, step: int, start: int) -> Added:
    """Adds up the steps below."""
    kept = table.steps
    assert kept
    below = kept.levels[kept.levels.index(step) - 1]
    found = RowStep.objects.filter(
        dataset=kept.dataset,
        stream=stream,
        step=below,
        whole__in=(True, False),
        start__gte=start,
        start__lt=start + step,
    )
    whole, groups, complete = Group(), Added(Group(), {}), True
    for is_whole, is_complete, rows, text in found.values_list("whole", "complete", "rows", "data").iterator():
        if rows is None:
            return Added(None, None)
        data = _decode(text)
        numbers = {name: data[name] for name in kept.numbers if name in data}
        if is_whole:
            whole.add(rows, numbers)
            complete = complete and is_complete
        else:
            groups = _add(groups, tuple(data.get(name) for name in kept.texts), rows, numbers)
    return Added(whole, groups.groups if complete else None)


def _add(added: Added, key: tuple[Any, ...], rows: int, numbers: Mapping[str, Numbers]) -> Added:
    assert added.whole
    added.whole.add(rows, numbers)
    if added.groups is None:
        return added
    if key not in added.groups and len(added.groups) >= KEYS:
        return added._replace(groups=None)
    added.groups.setdefault(key, Group()).add(rows, numbers)
    return added


def _counts(cell: Any) -> bool:
    return cell is not None and math.isfinite(cell)


def _one(cell: Any, at: int, order: int) -> Numbers:
    value = cell if isinstance(cell, int) else float(cell)
    return [1, value, value, value, value, at, order]


def _merged(one: Numbers, other: Numbers) -> Numbers:
    count, total, low, high, *_ = one
    last = one if (one[AT], one[AT + 1]) > (other[AT], other[AT + 1]) else other
    return [count + other[0], total + other[1], min(low, other[2]), max(high, other[3]), *last[AT - 1 :]]
