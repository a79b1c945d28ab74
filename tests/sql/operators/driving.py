"""Drives an operator as the engine does: timers up to a time fire in order, then the rows of that time are added."""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from sql.engine.contract import Change, Kept, Operator, Row
from sql.errors import Fault, RowError
from sql.plan.expressions import Field
from sql.plan.nodes import Call, Column, Scan
from sql.types import BIGINT, Type

SCAN = Scan(columns=(), stream="S")
END = 10**15  # later than all row times of tests


class Batch(NamedTuple):
    time: int
    rows: list[Row]
    side: int = 0


class Told:
    """Collects the faults and counts of an operator."""

    def __init__(self) -> None:
        self.faults: list[tuple[int, Fault, str, str]] = []
        self.counts: dict[str, int] = {}

    def fault(self, time: int, error: RowError, expression: str = "", value: str = "") -> None:
        self.faults.append((time, error.fault, expression, value))

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


Make = Callable[[Kept], Operator]


def changed(kept: Kept, change: Change, time: int) -> Kept:
    """Returns the state after a commit whose watermark is `time`; removed keys must be there."""
    assert all(key in kept.entries for key in change.removed)
    removed = set(change.removed)
    entries = {key: data for key, data in kept.entries.items() if key not in removed} | dict(change.put)
    return Kept(entries, [entry for entry in (*kept.history, *change.history) if entry.until > time])


def drive(make: Make, batches: Iterable[Batch], restarts: Collection[int] = ()) -> list[tuple[int, Row]]:
    """Returns all rows that leave, with their times. At the batches in `restarts` it commits and starts again.

    It does so before the timers up to an even batch have fired, and after those up to an odd one: then the history is
    void up to that time.
    """
    operator, kept = make(Kept()), Kept()
    out: list[tuple[int, Row]] = []
    for place, (time, rows, side) in enumerate(batches):
        out += fired(operator, time) if place % 2 else []
        if place in restarts:
            kept = changed(kept, operator.changes(), time if place % 2 else 0)
            operator = make(kept)
        out += fired(operator, time)
        out += [(time, row) for row in operator.add(time, rows, side)]
        if place % 3 == 0:  # a commit without a restart
            kept = changed(kept, operator.changes(), 0)
    return out + fired(operator, END)


def fired(operator: Operator, time: int) -> list[tuple[int, Row]]:
    """Fires all that is due up to a time."""
    out: list[tuple[int, Row]] = []
    while (due := operator.due()) is not None and due <= time:
        out += [(due, row) for row in operator.fire(due)]
    return out


def kept_after(operator: Operator) -> Kept:
    """Returns the state after the first commit."""
    return changed(Kept(), operator.changes(), 0)


def slot(place: int, of: Type = BIGINT) -> Field:
    return Field(type=of, slot=place)


def call(function: str, of: Type | None = None, result: Type = BIGINT, **more: bool) -> Call:
    """Returns a call on a column of a type; without one it has no argument."""
    args = () if of is None else (slot(0, of),)
    return Call(function=function, args=args, type=result, written=function, **more)  # type: ignore[arg-type]


def columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, BIGINT) for name in names)
