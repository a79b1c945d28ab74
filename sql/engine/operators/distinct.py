"""Lets the first of equal rows pass, in each period or of all rows."""

from operator import itemgetter

from sql.engine.coding import pack_rows, row_parts, unpack_rows
from sql.engine.contract import Change, HistoryEntry, Kept, Key, Row
from sql.engine.operators.report import Bound, Report
from sql.engine.periods import end_of
from sql.plan.nodes import Distinct

ROWS_MOST = 1_000_000  # remembered at a time
ROW_SIZE = 200  # bytes of a remembered row


class DistinctOperator:
    """Takes rows, and lets each pass at once at its first appearance. NULLs are equal to each other.

    Rows of a period are remembered in the history until its end. Without a period, each is an entry of its own. Beyond
    `most` rows the oldest is forgotten: it passes again if it comes again.
    """

    def __init__(
        self, node: Distinct, kept: Kept, report: Report, partition: int | None = None, *, most: int = ROWS_MOST
    ) -> None:
        """Makes the operator; `partition` is the slot of the partition key in the row."""
        self._end_of = end_of(node.period) if node.period else None
        self._partition, self._most, self._columns = partition, most, node.columns
        self._bound = Bound(
            report,
            "distinct rows",
            f"DISTINCT remembers {most:,} rows, the most there may be, so that the oldest are forgotten and may come "
            "again; use a shorter period or fewer columns.",
        )
        self._seen: dict[Row, int] = {}  # the serial of each row, the oldest first
        self._new: dict[Row, int] = {}
        self._removed: list[Key] = []
        self._serial = 0
        self._end: int | None = None
        self._restore(kept)

    def _restore(self, kept: Kept) -> None:
        data = list(kept.entries.values())
        if self._end_of is not None and kept.history:
            self._end = max(entry.until for entry in kept.history)
            data = [entry.data for entry in kept.history if entry.until == self._end]
        for serial, *values in sorted((row for each in data for row in unpack_rows(each)), key=itemgetter(0)):
            row = tuple(values)
            self._seen.pop(row, None)
            self._seen[row] = self._serial = serial
            if len(self._seen) > self._most:
                del self._seen[next(iter(self._seen))]

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time; returns those that did not come before."""
        if self._end_of is not None:
            self._turn(self._end_of(time))
        if len(self._seen) + len(rows) > self._most:
            return [row for each in rows for row in self._passed([each], time)]
        return self._passed(rows, time)

    def _passed(self, rows: list[Row], time: int) -> list[Row]:
        seen = self._seen
        out = [row for row in dict.fromkeys(rows) if row not in seen]
        for row in out:
            self._serial += 1
            seen[row] = self._new[row] = self._serial
        if len(seen) > self._most:
            self._forget(time)
        return out

    def _forget(self, time: int) -> None:
        """Forgets the oldest row."""
        row = next(iter(self._seen))
        serial = self._seen.pop(row)
        self._bound.reached(time, 1, row, self._columns)
        if self._new.get(row) == serial:
            del self._new[row]
        elif self._end_of is None:
            self._removed.append(self._key(row, serial))

    def _turn(self, end: int) -> None:
        """Begins the period that ends at `end`, unless it has begun."""
        if end != self._end:
            self._end = end
            self._seen, self._new = {}, {}
            self._bound.relieve()

    def due(self) -> int | None:
        """Returns the end of the period whose rows are remembered."""
        return self._end if self._seen else None

    def fire(self, time: int) -> list[Row]:
        """Forgets the rows of the period that ends. None leave."""
        if time == self._end:
            self._seen, self._new = {}, {}
            self._bound.relieve()
        return []

    def _partition_of(self, row: Row) -> str:
        value = None if self._partition is None else row[self._partition]
        return "" if value is None else str(value)

    def _key(self, row: Row, serial: int) -> Key:
        return self._partition_of(row), str(serial)

    def changes(self) -> Change:
        """Returns the new rows."""
        new, self._new = self._new, {}
        removed, self._removed = self._removed, []
        if self._end_of is None:
            return Change({self._key(row, serial): pack_rows([(serial, *row)]) for row, serial in new.items()}, removed)
        by_key: dict[str, list[Row]] = {}
        for row, serial in new.items():
            by_key.setdefault(self._partition_of(row), []).append((serial, *row))
        until = self._end or 0
        return Change({}, (), [HistoryEntry((key,), until, part) for key in by_key for part in row_parts(by_key[key])])

    def size(self) -> int:
        return len(self._seen) * ROW_SIZE
