"""Keeps the newest rows of tables to which rows are added and from which they are removed, but never changed.

Beside them it keeps the parts of steps that questions computed (dashboard/held/answers.py), until a row is added there.
dashboard/held/changing.py reads tables in which stored rows change; their rows are kept here, too.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from threading import Lock
from typing import Any, NamedTuple, Protocol

import msgspec
from django.db.models import QuerySet

from dashboard.held.looks import recall
from streams.core import clock

MOST = 20_000  # rows of one table and stream
MOST_CHARACTERS = 8 << 20  # characters of the objects of these rows
TABLES = 8
MOST_KEPT = 32  # questions of a table of which parts are kept; one holds a number or a short list for each row at most
Row = tuple[int, int, dict[str, Any]]  # time in milliseconds, primary key, values by column
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_in_order = itemgetter(0, 1)


class Key(NamedTuple):
    """Names questions that differ only in their time."""

    step: int
    phase: int
    function: str
    column: str
    by: str
    where: tuple[tuple[str, tuple[str, ...]], ...]

    def place(self, time: int) -> int:
        """Returns the number of the step that a time falls into."""
        return (time - self.phase) // self.step


Parts = Mapping[int, Mapping[str, Any]]  # by number of the step since 1970, and by line


@dataclass
class Held:
    """Holds all rows from a time on."""

    start: int
    changes: int = 0  # how often rows were added
    parts: dict[Key, Parts] = field(default_factory=dict)  # the question that was asked last is the last
    rows: list[Row] = field(default_factory=list)  # in the order of time and key
    times: list[int] = field(default_factory=list)
    last: int = 0  # the greatest key
    characters: int = 0
    prints: dict[datetime, tuple[Any, ...]] = field(default_factory=dict)  # by time; only of rows that change
    lock: Lock = field(default_factory=Lock)  # guards `changes` and `parts`, for microseconds: one may wait for it

    def add(self, rows: list[Row]) -> None:
        """Takes rows that were added to the table, and forgets the parts of their steps."""
        if not rows:
            return
        is_after = not self.rows or _in_order(rows[0]) > _in_order(self.rows[-1])
        self.rows += rows
        self.times += [row[0] for row in rows]
        if not is_after:
            self.rows.sort(key=_in_order)
            self.times.sort()
        self._forget({row[0] for row in rows})

    def replace(self, time: int, rows: list[Row]) -> None:
        """Takes the rows of a time in place of those that it had, and forgets the parts of its steps."""
        first, behind = bisect_left(self.times, time), bisect_left(self.times, time + 1)
        self.rows[first:behind] = rows
        self.times[first:behind] = [time] * len(rows)
        self._forget({time})

    def _forget(self, times: set[int]) -> None:
        with self.lock:
            self.changes += 1
            for key, parts in self.parts.items():
                self.parts[key] = _without(parts, {key.place(time) for time in times})

    def cut(self, start: int) -> None:
        """Forgets the rows before a time."""
        place = bisect_left(self.times, start)
        self.start = start
        del self.rows[:place], self.times[:place]


def _without(parts: Parts, steps: set[int]) -> Parts:
    if steps.isdisjoint(parts):
        return parts
    return {number: mine for number, mine in parts.items() if number not in steps}


class Memory(NamedTuple):
    """Keeps the parts of steps of held rows, as of one state of them."""

    held: Held
    changes: int

    def known(self, key: Key) -> Parts:
        """Returns the parts that are known of a question."""
        with self.held.lock:
            return self.held.parts.get(key, {}) if self.held.changes == self.changes else {}

    def keep(self, key: Key, parts: Parts) -> None:
        """Keeps further parts of a question, unless rows were added since. Forgets those of steps that were cut."""
        with self.held.lock:
            if self.held.changes != self.changes:
                return
            first, before = key.place(self.held.start), self.held.parts.pop(key, {})
            self.held.parts[key] = {number: mine for number, mine in before.items() if number >= first} | dict(parts)
            while len(self.held.parts) > MOST_KEPT:
                del self.held.parts[next(iter(self.held.parts))]


class View(NamedTuple):
    """Holds the rows of a time in their order, and the parts of their steps."""

    rows: list[Row]
    memory: Memory


class Rows(Protocol):
    """Names the rows of a table of one stream, and reads them."""

    @property
    def key(self) -> tuple[str, str]:
        """Returns a key unlike that of any other rows."""

    def read(self, start: int) -> Held | None:
        """Returns the rows from a time on; None if they are too many."""

    def refreshed(self, held: Held, start: int) -> Held | None:
        """Returns them as they are now; within a look, as they were at its first question."""


class Source(NamedTuple):
    """Names the rows of a table to which rows are added."""

    key: tuple[str, str]
    rows: Callable[[], QuerySet[Any]]
    time: str  # the field that dates a row
    whole: str  # the field with a JSON object of all columns

    def read(self, start: int) -> Held | None:
        """Returns the rows from a time on; None if they are too many. Within a look they are read once."""
        return recall((self.key, start), lambda: self._read(start))

    def refreshed(self, held: Held, start: int) -> Held | None:
        """Returns them as they are now; within a look, as they were at its first question."""
        return recall((self.key, held.start), lambda: self._refreshed(held, start))

    def _refreshed(self, held: Held, start: int) -> Held | None:
        """Adds the new rows. If a row with a smaller key was stored later, all rows are read anew."""
        if len(held.rows) > MOST // 2:
            held.cut(start)
        self._load(held, held.last)
        if count(self._since(held.start)) == len(held.rows) and held.characters <= MOST_CHARACTERS:
            return held
        return self._read(start)

    def _read(self, start: int) -> Held | None:
        if count(self._since(start)) > MOST:
            return None
        held = Held(start)
        self._load(held, 0)
        return held if held.characters <= MOST_CHARACTERS else None

    def _load(self, held: Held, after: int) -> None:
        found = self._since(held.start).filter(pk__gt=after).order_by(self.time, "pk")
        new = list(found.values_list(self.time, "pk", self.whole)[: MOST + 1])
        held.add([(clock.from_datetime(time), pk, _decode(text)) for time, pk, text in new])
        held.last = max([held.last, *(pk for _, pk, _ in new)])
        held.characters += sum(len(text) for *_, text in new)

    def _since(self, start: int) -> QuerySet[Any]:
        return self.rows().filter(**{f"{self.time}__gte": clock.to_datetime(start)})


_held: dict[tuple[str, str], Held] = {}  # in the order of use
_lock = Lock()


def forget() -> None:
    """Forgets all rows."""
    _held.clear()


def count(rows: QuerySet[Any]) -> int:
    """Returns the number of rows; MOST + 1 for more."""
    return rows.order_by()[: MOST + 1].count()


def view(source: Rows, start: int, end: int) -> View | None:
    """Returns the rows of a time; None if those from its start on are too many to be held.

    Returns None, too, while another thread reads: it may be a slow one, and the live hub must not wait for it.
    """
    if not _lock.acquire(blocking=False):
        return None
    try:
        held = _held.pop(source.key, None)
        held = source.read(start) if held is None or held.start > start else source.refreshed(held, start)
        if held is None:
            return None
        _held[source.key] = held
        while len(_held) > TABLES:
            del _held[next(iter(_held))]
        mine = held.rows[bisect_left(held.times, start) : bisect_left(held.times, end)]
        return View(mine, Memory(held, held.changes))
    finally:
        _lock.release()
