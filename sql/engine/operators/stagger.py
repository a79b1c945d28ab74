"""Groups rows by keys in windows that each open at a key's first row and last equally long.

Windows close in the order in which they opened, since all last equally long and row times never decrease.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from sql.engine.accumulators import Accumulator
from sql.engine.aggregates import accumulator
from sql.engine.coding import pack, packed_parts, unpack
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.engine.distinct_values import DISTINCT_LIMIT
from sql.engine.operators.report import APPROXIMATE, Bound, Report
from sql.engine.showing import shown_keys
from sql.errors import RowError
from sql.plan.nodes import Call, Column, Stagger

WINDOWS_MOST = 1_000_000  # open at a time; senders choose keys
WINDOW_SIZE = 300  # bytes of a window in memory, and as many again for each call
VALUE_SIZE = 150  # bytes of a value that a DISTINCT call holds


class _Window:
    """Holds an open window: its keys, and one accumulator for each call."""

    __slots__ = ("close", "held", "keys", "serial", "tallies")

    def __init__(self, keys: Row, close: int, serial: int, tallies: list[Accumulator]) -> None:
        self.keys, self.close, self.serial, self.tallies = keys, close, serial, tallies
        self.held = 0  # values that DISTINCT calls hold, as of the last commit


class StaggerOperator:
    """Takes prepared rows `(*keys, *arguments of the first call, *arguments of the second …)`.

    An output row is `(*keys, *calls)`. Rows at the very end of a window open the next one.
    """

    def __init__(
        self,
        node: Stagger,
        kept: Kept,
        report: Report,
        partition: int | None = None,
        *,
        distinct_limit: int = DISTINCT_LIMIT,
        most: int = WINDOWS_MOST,
    ) -> None:
        """Makes the operator; `partition` is the slot of the partition key among the keys."""
        self._length, self._width, self._report, self._partition = node.length, len(node.keys), report, partition
        self._calls = node.calls
        self._makers = [accumulator(call, distinct_limit) for call in node.calls]
        self._columns = _columns(node.calls, self._width)
        self._keys, self._most = node.keys, most
        self._named = tuple(Column(key.written or "key", key.type) for key in node.keys)
        self._bound = Bound(
            report,
            "keys",
            f"{most:,} STAGGER windows are open, the most there may be, so that rows of further keys are left out; "
            "use fewer PARTITION BY columns or a shorter window.",
        )
        self._windows: dict[Row, _Window] = {}  # the first to close comes first
        self._changed: dict[Row, _Window] = {}
        self._stored: set[Key] = set()
        self._removed: list[Key] = []
        self._serial = 0
        self._held = 0
        self._restore(kept)

    def _restore(self, kept: Kept) -> None:
        grown: dict[tuple[Key, int], list[tuple[int, list[Any]]]] = {}  # by window; a serial may come again
        for entry in kept.history:
            mark = entry.key[:2], entry.until - 1
            grown.setdefault(mark, []).append((int(entry.key[2]), unpack(entry.data)))
        found = []
        for key, data in kept.entries.items():
            keys, close, states = unpack(data)
            window = _Window(keys, close, int(key[1]), [make() for make in self._makers])
            for place, values in grown.get((key, close), ()):
                window.tallies[place].grow(values)
            for tally, state in zip(window.tallies, states, strict=True):
                tally.load(state)
            found.append(window)
        for window in sorted(found, key=lambda window: (window.close, window.serial)):
            self._windows[window.keys] = window
            self._hold(window)
        self._stored = set(kept.entries)
        self._serial = max((window.serial for window in found), default=0)

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time. None leave."""
        groups: dict[Row, list[Row]] = {}
        width = self._width
        for row in rows:
            groups.setdefault(row[:width], []).append(row)
        for keys, members in groups.items():
            window = self._windows.get(keys) or self._opened(keys, time, len(members))
            if window is not None:
                self._changed[keys] = window
                for tally, column in zip(window.tallies, self._columns, strict=True):
                    tally.add(column(members))
        return []

    def _opened(self, keys: Row, time: int, rows: int) -> _Window | None:
        if len(self._windows) >= self._most:
            self._bound.reached(time, rows, keys, self._named)
            return None
        self._serial += 1
        tallies = [make() for make in self._makers]
        window = self._windows[keys] = _Window(keys, time + self._length, self._serial, tallies)
        return window

    def due(self) -> int | None:
        """Returns the time at which the next window closes."""
        return next(iter(self._windows.values())).close if self._windows else None

    def fire(self, time: int) -> list[Row]:
        """Closes the windows that end at `time`; returns a row for each."""
        rows = []
        while self._windows and (window := next(iter(self._windows.values()))).close <= time:
            del self._windows[window.keys]
            self._bound.relieve()
            self._changed.pop(window.keys, None)
            self._held -= window.held
            key = self._key(window)
            if key in self._stored:
                self._stored.remove(key)
                self._removed.append(key)
            rows += self._row(window, time)
        return rows

    def _row(self, window: _Window, time: int) -> list[Row]:
        """Returns the window's row; none if a value of it is at fault."""
        values = []
        for call, tally in zip(self._calls, window.tallies, strict=True):
            if tally.approximate:
                self._report.count(APPROXIMATE + call.function)
            try:
                values.append(tally.result())
            except RowError as error:
                self._report.fault(time, error, call.written, shown_keys(self._keys, window.keys))
                return []
        return [(*window.keys, *values)]

    def _hold(self, window: _Window) -> None:
        """Counts the values that the window's DISTINCT calls hold now."""
        held = sum(tally.held for tally in window.tallies)
        self._held += held - window.held
        window.held = held

    def _key(self, window: _Window) -> Key:
        value = None if self._partition is None else window.keys[self._partition]
        return ("" if value is None else str(value), str(window.serial))

    def changes(self) -> Change:
        """Returns the windows that changed; of a DISTINCT call, the new values go into the history."""
        put: dict[Key, bytes] = {}
        history: list[HistoryEntry] = []
        for window in self._changed.values():
            self._hold(window)
            key = self._key(window)
            put[key] = pack([window.keys, window.close, [tally.dump() for tally in window.tallies]])
            for place, tally in enumerate(window.tallies):
                parts = packed_parts(tally.grown())
                history += (HistoryEntry((*key, str(place)), window.close + 1, part) for part in parts)
        self._stored |= put.keys()
        removed, self._removed, self._changed = self._removed, [], {}
        return Change(put, removed, history)

    def size(self) -> int:
        return len(self._windows) * WINDOW_SIZE * (1 + len(self._calls)) + self._held * VALUE_SIZE


def _columns(calls: Sequence[Call], width: int) -> list[Callable[[list[Row]], Sequence[Any]]]:
    """Returns a function for each call from rows to the values of its argument; to the rows if it has none."""
    columns: list[Callable[[list[Row]], Sequence[Any]]] = []
    for call in calls:
        columns.append(_column(itemgetter(width)) if call.args else _same)
        width += len(call.args)
    return columns


def _column(value: Callable[[Row], Any]) -> Callable[[list[Row]], Sequence[Any]]:
    return lambda rows: list(map(value, rows))


def _same(rows: list[Row]) -> Sequence[Any]:
    return rows
