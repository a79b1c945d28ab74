"""Counts the values of each period, and gives the commonest.

Counts are exact up to a bound of distinct values. Beyond it a new value takes the place of the rarest one, with its
count and one more: the algorithm Space-Saving of Metwally, Agrawal and El Abbadi, "Efficient computation of frequent
and top-k elements in data streams", 2005. A count is then too high by at most the rows of the period over the bound.
"""

from heapq import heapify, heapreplace, nsmallest
from typing import Any

from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, Kept, Key, Row
from sql.engine.operators.report import APPROXIMATE, Report
from sql.engine.periods import end_of
from sql.plan.nodes import TopItems

EXACT_MOST = 100_000  # distinct values of a period
ITEM_SIZE = 300  # bytes of a value with its count
WINDOW: Key = ("", "window")
FUNCTION = "TOP_K_ITEMS_TUMBLING"


class TopItemsOperator:
    """Takes prepared rows `(value,)`, and skips NULLs. An output row is `(item, count as a float)`, best first.

    Of values with the same count, the one that reached it first comes first.
    """

    def __init__(self, node: TopItems, kept: Kept, report: Report, *, exact: int = EXACT_MOST) -> None:
        self._end_of, self._most, self._exact, self._report = end_of(node.period), node.most, exact, report
        self._items: dict[Any, list[int]] = {}  # count, the row that reached it, place among the entries
        self._changed: dict[Any, list[int]] = {}
        self._heap: list[tuple[int, int, Any]] = []  # of (count, row, item), lower than now or equal; only if full
        self._row = 0
        self._end: int | None = None
        self._approximate = False
        self._window_changed = False
        self._stored: set[Key] = set(kept.entries)
        self._removed: set[Key] = set()
        for key, data in kept.entries.items():
            if key == WINDOW:
                self._end, self._approximate = unpack(data)
            else:
                item, *entry = unpack(data)
                self._items[item] = entry
                self._row = max(self._row, entry[1])

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time. None leave."""
        if self._end is None and rows:
            self._end, self._window_changed = self._end_of(time), True
        items, changed, number = self._items, self._changed, self._row
        for (item,) in rows:
            if item is not None:
                number += 1
                entry = items.get(item)
                if entry is None:
                    entry = items[item] = self._entered(item)
                entry[0] += 1
                entry[1] = number
                changed[item] = entry
        self._row = number
        return []

    def _entered(self, item: Any) -> list[int]:
        """Returns the entry of a new value: an empty one, or that of the rarest value, which is forgotten."""
        if len(self._items) < self._exact:
            return [0, 0, len(self._items)]
        if not self._approximate:
            self._approximate = self._window_changed = True
        if not self._heap:
            self._heap = [(count, number, each) for each, (count, number, _) in self._items.items()]
            heapify(self._heap)
        count, number, rarest = self._rarest()
        heapreplace(self._heap, (count, number, item))
        self._changed.pop(rarest, None)
        return self._items.pop(rarest)

    def _rarest(self) -> tuple[int, int, Any]:
        """Returns the top of the heap, once it is as now."""
        while True:
            count, number, item = self._heap[0]
            now = self._items[item]
            if number == now[1]:
                return count, number, item
            heapreplace(self._heap, (now[0], now[1], item))

    def due(self) -> int | None:
        """Returns the end of the period."""
        return self._end

    def fire(self, time: int) -> list[Row]:
        """Returns the commonest values of the period that ends."""
        best = nsmallest(self._most, self._items.items(), key=lambda item: (-item[1][0], item[1][1]))
        if self._approximate:
            self._report.count(APPROXIMATE + FUNCTION)
        self._items, self._changed, self._heap, self._row = {}, {}, [], 0
        self._end, self._approximate, self._window_changed = None, False, False
        self._removed |= self._stored
        return [(item, float(entry[0])) for item, entry in best]

    def changes(self) -> Change:
        """Returns the values with changed counts."""
        put: dict[Key, bytes] = {("", str(entry[2])): pack([item, *entry]) for item, entry in self._changed.items()}
        if self._window_changed:
            put[WINDOW] = pack([self._end, self._approximate])
        removed = self._removed - put.keys()
        self._stored -= removed
        self._stored |= put.keys()
        self._changed, self._removed, self._window_changed = {}, set(), False
        return Change(put, sorted(removed))

    def size(self) -> int:
        return len(self._items) * ITEM_SIZE
