"""Sorts rows: those of one period at its end, or those that arrive together."""

from collections.abc import Callable
from typing import Any

from sql.engine.coding import row_parts, unpack_rows
from sql.engine.contract import Change, Kept, Key, Row
from sql.engine.operators.report import Bound, Report
from sql.engine.periods import end_of
from sql.plan.nodes import Order, SortKey

ROWS_MOST = 1_000_000  # waiting at a time
ROW_SIZE = 200  # bytes of a waiting row


def sorter(keys: tuple[SortKey, ...]) -> Callable[[list[Row]], list[Row]]:
    """Returns a function that sorts rows `(*sort keys, *row)` and keeps ties in their order."""

    def sorted_rows(rows: list[Row]) -> list[Row]:
        rows = list(rows)
        for place in reversed(range(len(keys))):
            descending = keys[place].descending
            rows.sort(key=_rank(place, keys[place].nulls_first != descending), reverse=descending)
        return rows

    return sorted_rows


def _rank(place: int, nulls_low: bool) -> Callable[[Row], Any]:  # noqa: FBT001
    def rank(row: Row) -> tuple[bool, Any]:
        value = row[place]
        return (value is None) != nulls_low, 0 if value is None else value

    return rank


class OrderOperator:
    """Takes prepared rows `(*sort keys, *row)`; an output row is `row`.

    The rows of a period leave at its end. Without a period, the rows of each call leave at once.
    """

    def __init__(self, node: Order, kept: Kept, report: Report, *, most: int = ROWS_MOST) -> None:
        self._end_of = end_of(node.period) if node.period else None
        self._sort, self._width, self._most = sorter(node.keys), len(node.keys), most
        self._columns = node.columns
        self._bound = Bound(
            report,
            "sorted rows",
            f"{most:,} rows wait to be sorted, the most there may be, so that further rows of the period are left out; "
            "use a shorter period.",
        )
        self._rows: list[Row] = []
        self._saved = 0  # rows that stored parts have
        self._parts: list[Key] = []
        self._removed: list[Key] = []
        self._end: int | None = None
        for key, data in sorted(kept.entries.items(), key=lambda entry: int(entry[0][1])):
            self._end = int(key[2])
            self._rows += unpack_rows(data)
            self._parts.append(key)
        self._saved = len(self._rows)
        self._serial = int(self._parts[-1][1]) if self._parts else 0

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time. Without a period, returns them in order."""
        if self._end_of is None:
            return self._out(rows)
        self._end = self._end_of(time)
        room = self._most - len(self._rows)
        if len(rows) > room:
            self._bound.reached(time, len(rows) - room, rows[room][self._width :], self._columns)
        self._rows += rows[:room]
        return []

    def _out(self, rows: list[Row]) -> list[Row]:
        return [row[self._width :] for row in self._sort(rows)]

    def due(self) -> int | None:
        """Returns the end of the period whose rows wait."""
        return self._end if self._rows else None

    def fire(self, time: int) -> list[Row]:
        """Returns the rows of the period that ends, in order."""
        rows, self._rows, self._saved = self._rows, [], 0
        self._removed += self._parts
        self._parts = []
        self._bound.relieve()
        return self._out(rows)

    def changes(self) -> Change:
        """Returns the new rows, as entries that no later commit alters."""
        put: dict[Key, bytes] = {}
        for part in row_parts(self._rows[self._saved :]):
            self._serial += 1
            put["", str(self._serial), str(self._end)] = part
        self._parts += put
        self._saved = len(self._rows)
        removed, self._removed = self._removed, []
        return Change(put, removed)

    def size(self) -> int:
        return len(self._rows) * ROW_SIZE
