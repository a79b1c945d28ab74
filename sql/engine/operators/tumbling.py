"""Groups rows by time and keys; a row leaves for each group when its time has passed.

The loop of generated code finds a group's lists in `active`, one for each distinct argument, and appends the values of
a row to them; the values are added up once a commit. So the cost of a row is that of a look-up and an append for each
argument, and a commit costs time for the groups that had rows since the last one.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from sql.codegen.loops import arguments
from sql.engine.accumulators import Accumulator, Skipping, present
from sql.engine.aggregates import accumulator
from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, Kept, Key, Row
from sql.engine.distinct_values import DISTINCT_LIMIT
from sql.engine.operators.report import APPROXIMATE, Report
from sql.engine.periods import end_of
from sql.engine.showing import shown_keys
from sql.errors import Fault, RowError
from sql.plan.nodes import Aggregate, Period

GROUPS_MOST = 1_000_000  # open at a time; senders choose keys
WAITING_MOST = 65_536  # rows whose values wait to be added up
GROUP_SIZE = 400  # bytes of a group in memory, and as many for each two calls

Append = Callable[[Any], None]
Columns = list[list[Any]]


class _Group:
    """Holds an open group: its keys, its time value, and one accumulator for each call."""

    __slots__ = ("chunks", "end", "key", "saved", "serial", "tallies", "value")

    def __init__(self, key: Any, value: Any, end: int | None, serial: int, tallies: list[Accumulator]) -> None:
        self.key, self.value, self.end, self.serial, self.tallies = key, value, end, serial, tallies
        self.saved = False
        self.chunks: list[Key] = []  # entries with values that DISTINCT calls remember


class TumblingOperator:
    """Keeps the groups of an Aggregate. An output row is `(value, *keys, *calls)`.

    Without a period, `turn` closes all groups when the time value changes; their rows wait for `drain`.
    """

    def __init__(
        self,
        node: Aggregate,
        kept: Kept,
        report: Report,
        partition: int | None = None,
        *,
        value_at: Callable[[Any, int], Any] = lambda row, time: None,
        distinct_limit: int = DISTINCT_LIMIT,
        most: int = GROUPS_MOST,
    ) -> None:
        """Makes the operator. `partition` is the place of the partition key among the keys.

        `value_at` is called with an empty row and a row time, and returns the value of the group of that time.
        """
        self.active: dict[Any, Append | tuple[Append, ...]] = {}  # of the groups with values that wait, by key
        self.value: Any = _NONE
        self._node, self._report, self._partition, self._most = node, report, partition, most
        self._value_at = value_at
        self._end_of = end_of(node.period) if node.period else None
        self._makers = [accumulator(call, distinct_limit) for call in node.calls]
        self._single = len(node.keys) == 1
        places = {expr: place for place, (expr, _) in enumerate(arguments(node))}
        self._columns = [places[call.args[0]] if call.args else 0 for call in node.calls]
        self._width = len(places)
        tallies = zip(self._makers, self._columns, strict=True)
        self._lengths = [len(make().dump()) for make in self._makers]
        self._skipping = [column if isinstance(make(), Skipping) else -1 for make, column in tallies]
        nullable = {places[expr] for expr in places if expr.nullable}
        self._sifted = sorted(nullable & {column for column in self._skipping if column >= 0})
        self._waiting: list[tuple[_Group, Columns]] = []
        self._rows = 0  # that wait
        self._windows: dict[int | None, dict[Any, _Group]] = {}  # by end, oldest first
        self._end: int | None = 0
        self._count = 0
        self._serial = 0
        self._closed: list[Row] = []
        self._changed: dict[_Group, None] = {}
        self._removed: list[Key] = []
        self._restore(kept)

    def _restore(self, kept: Kept) -> None:
        chunks: dict[Key, list[tuple[Key, bytes]]] = {}
        groups = []
        for key, data in kept.entries.items():
            if len(key) > 2:
                chunks.setdefault(key[:2], []).append((key, data))
        for key, data in kept.entries.items():
            if len(key) == 2:
                groups.append(self._restored(key, data, chunks.get(key, [])))
        for group in sorted(groups, key=lambda group: (group.end or 0, group.serial, self._key(group))):
            self._windows.setdefault(group.end, {})[group.key] = group
            self.value, self._end = group.value, group.end
        self._count = len(groups)
        self._serial = max((group.serial for group in groups), default=0)
        if self._end_of is None:
            self._end = None

    def _restored(self, key: Key, data: bytes, chunks: list[tuple[Key, bytes]]) -> _Group:
        value, end, *rest = unpack(data)
        keys, states = rest[: len(self._node.keys)], iter(rest[len(self._node.keys) :])
        group = _Group(keys[0] if self._single else tuple(keys), value, end, int(key[1]), self._made())
        for name, values in sorted(chunks, key=lambda chunk: int(chunk[0][3])):
            group.tallies[int(name[2])].grow(unpack(values))
            group.chunks.append(name)
        for tally, length in zip(group.tallies, self._lengths, strict=True):
            tally.load(list(islice(states, length)))
        group.saved = True
        return group

    def _made(self) -> list[Accumulator]:
        return [make() for make in self._makers]

    def begin(self, time: int, rows: Sequence[Any]) -> None:
        """Prepares for rows of one row time."""
        if self._rows > WAITING_MOST:
            self._fold()
        self._rows += len(rows)
        if self._end_of is not None and (self._end is None or time >= self._end):
            self._end = self._end_of(time)
            self.value = self._value_at((), time)

    def opened(self, key: Any) -> Append | tuple[Append, ...]:
        """Returns the `append` of a group's list, or those of several, of a new group if there is none.

        Raises RowError for a group too many.
        """
        groups = self._windows.get(self._end)
        group = None if groups is None else groups.get(key)
        if group is None:
            if self._count >= self._most:
                raise RowError(Fault.LIMIT, FULL.format(most=self._most, key=shown_keys(self._node.keys, key)))
            self._serial += 1
            self._count += 1
            group = _Group(key, self.value, self._end, self._serial, self._made())
            self._windows.setdefault(self._end, {})[key] = group
        columns: Columns = [[] for _ in range(max(1, self._width))]
        self._waiting.append((group, columns))
        appends = tuple(column.append for column in columns)
        self.active[key] = found = appends if len(appends) > 1 else appends[0]
        return found

    def turn(self, time: int, value: Any) -> None:
        """Closes all groups because the time value is another than theirs."""
        if self._windows:
            self._closed += self._close(None, time)
        self.value = value

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        raise NotImplementedError  # the rows go through the loop

    def drain(self) -> list[Row]:
        """Returns the rows that `turn` closed."""
        closed, self._closed = self._closed, []
        return closed

    def _fold(self) -> None:
        """Adds up the values that wait."""
        waiting, self._waiting, self._rows = self._waiting, [], 0
        self.active.clear()
        ways = list(zip(self._columns, self._skipping, strict=True))
        changed, sifted = self._changed, self._sifted
        for group, every in waiting:
            changed[group] = None
            found = every[:]
            for column in sifted:
                found[column] = present(every[column])
            for tally, (column, skipping) in zip(group.tallies, ways, strict=True):
                if skipping < 0:
                    tally.add(every[column])
                else:
                    tally.take(found[skipping])  # type: ignore[attr-defined]  # it skips NULLs

    def due(self) -> int | None:
        """Returns the end of the oldest groups; None without a period."""
        return next(iter(self._windows), None)

    def fire(self, time: int) -> list[Row]:
        """Closes the groups that end at `time`; returns a row for each."""
        return self._close(next(iter(self._windows)), time)

    def _close(self, end: int | None, time: int) -> list[Row]:
        self._fold()
        rows: list[Row] = []
        groups = self._windows.pop(end)
        self._count -= len(groups)
        for group in groups.values():
            self._changed.pop(group, None)
            self._removed += group.chunks
            if group.saved:
                self._removed.append(self._key(group))
            rows += self._row(group, time)
        return rows

    def _row(self, group: _Group, time: int) -> list[Row]:
        """Returns the group's row; none if a value of it is at fault."""
        values = []
        for call, tally in zip(self._node.calls, group.tallies, strict=True):
            if tally.approximate:
                self._report.count(APPROXIMATE + call.function)
            try:
                values.append(tally.result())
            except RowError as error:
                self._report.fault(time, error, call.written, shown_keys(self._node.keys, group.key))
                return []
        return [(group.value, group.key, *values) if self._single else (group.value, *group.key, *values)]

    def _key(self, group: _Group) -> Key:
        if self._partition is None:
            return ("", str(group.serial))
        value = group.key if self._single else group.key[self._partition]
        return ("" if value is None else str(value), str(group.serial))

    def changes(self) -> Change:
        """Returns the groups that changed; of a DISTINCT call, the new values are entries of their own."""
        self._fold()
        put: dict[Key, bytes] = {}
        for group in self._changed:
            key = self._key(group)
            group.saved = True
            keys = (group.key,) if self._single else group.key
            states = [value for tally in group.tallies for value in tally.dump()]
            put[key] = pack([group.value, group.end, *keys, *states])
            for place, tally in enumerate(group.tallies):
                if grown := tally.grown():
                    chunk = (*key, str(place), str(len(group.chunks)))
                    group.chunks.append(chunk)
                    put[chunk] = pack(grown)
        self._changed = {}
        removed, self._removed = self._removed, []
        return Change(put, [key for key in removed if key not in put])

    def stored(self) -> list[Key]:
        """Returns the keys of all stored entries, which go when the operator goes."""
        groups = [group for each in self._windows.values() for group in each.values() if group.saved]
        return [*self._removed, *(key for group in groups for key in (self._key(group), *group.chunks))]

    def size(self) -> int:
        """Returns about how many bytes the groups take."""
        return self._count * GROUP_SIZE * (1 + len(self._makers) // 2) + self._rows * 64


_NONE = object()  # equals no time value
FULL = (
    "{most:,} groups are open, the most there may be, so that the row of the new group {key} is left out; "
    "group by fewer columns, or by a shorter time."
)


def ended_by(period: Period, data: bytes, time: int) -> bytes:
    """Returns a stored group that ends no later than the group of a time."""
    value, end, *rest = unpack(data)
    return pack([value, min(end, end_of(period)(time)), *rest])
