"""Counts the distinct values of each period: exactly up to a bound, then by an estimate."""

from sql.engine.coding import pack, packed_parts, unpack
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.engine.distinct_values import Seen
from sql.engine.operators.report import APPROXIMATE, Report
from sql.engine.periods import end_of
from sql.plan.nodes import DistinctCount

EXACT_MOST = 10_000  # distinct values of a period, as the service had it
VALUE_SIZE = 150  # bytes of a value in memory
WINDOW: Key = ("", "window")
FUNCTION = "COUNT_DISTINCT_ITEMS_TUMBLING"


class DistinctCountOperator:
    """Takes prepared rows `(value,)`, and skips NULLs. One row `(count,)` leaves at the end of a period with rows."""

    def __init__(self, node: DistinctCount, kept: Kept, report: Report, *, exact: int = EXACT_MOST) -> None:
        self._end_of, self._exact, self._report = end_of(node.period), exact, report
        self._seen = Seen(exact)
        self._end: int | None = None
        self._changed = False
        self._stored = WINDOW in kept.entries
        self._ended = False
        if self._stored:
            self._end, sketch = unpack(kept.entries[WINDOW])
            for entry in kept.history:
                if entry.until - 1 == self._end:
                    self._seen.grow(unpack(entry.data))
            self._seen.load(sketch)

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time. None leave."""
        if self._end is None and rows:
            self._end, self._changed = self._end_of(time), True
        self._seen.add([value for (value,) in rows])
        self._changed = self._changed or self._seen.sketch is not None
        return []

    def due(self) -> int | None:
        """Returns the end of the period."""
        return self._end

    def fire(self, time: int) -> list[Row]:
        """Returns the count of the period that ends."""
        if self._seen.sketch is not None:
            self._report.count(APPROXIMATE + FUNCTION)
        number = self._seen.number()
        self._seen = Seen(self._exact)
        self._end, self._changed, self._ended = None, False, True
        return [(number,)]

    def changes(self) -> Change:
        """Returns the new values, which go into the history, or the sketch."""
        end = self._end or 0
        history = [HistoryEntry(("",), end + 1, part) for part in packed_parts(self._seen.grown())]
        put = {WINDOW: pack([self._end, self._seen.dump()])} if self._changed else {}
        removed = [WINDOW] if self._ended and self._stored and not put else []
        self._stored = bool(put) or (self._stored and not removed)
        self._changed = self._ended = False
        return Change(put, removed, history)

    def size(self) -> int:
        return len(self._seen.values) * VALUE_SIZE
