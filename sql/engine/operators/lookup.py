"""Joins rows with a reference table."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from sql.engine.contract import Change, Row
from sql.engine.operators.report import Bound, Report
from sql.plan.nodes import LookupJoin

MATCHES_MOST = 10_000  # rows of the table for one row of the stream

Index = dict[Any, list[Row]]


class _Version:
    """Holds the rows of one version of a table, and an index for each set of columns that a join asked for."""

    def __init__(self, since: int, rows: Iterable[Row]) -> None:
        self.since = since
        self.rows = list(rows)
        self._indexes: dict[tuple[int, ...], Index] = {}

    def index(self, slots: tuple[int, ...]) -> Index:
        """Returns the rows by their values in `slots`; rows with a NULL there are left out: NULL equals nothing."""
        index = self._indexes.get(slots)
        if index is None:
            index = {}
            for row in self.rows:
                key = tuple([row[slot] for slot in slots])
                if None not in key:
                    index.setdefault(key, []).append(row)
            self._indexes[slots] = index
        return index


class Table:
    """Holds a reference table: its versions by the row time, in milliseconds, from which each is valid.

    A row of the stream meets the version that is valid at its row time, so that a replay gives the same rows. Another
    thread may replace the table while operators read it.
    """

    def __init__(self, width: int, rows: Iterable[Row] = (), since: int = 0) -> None:
        """Makes a table of rows with `width` values."""
        self.width = width
        self._versions = [_Version(since, rows)]
        self._lock = Lock()

    def replace(self, rows: Iterable[Row], since: int) -> None:
        """Adds a version; one with the same or a later beginning gives way."""
        version = _Version(since, rows)
        with self._lock:
            self._versions = [*(each for each in self._versions if each.since < since), version]

    def forget(self, before: int) -> None:
        """Drops the versions that no row at or after a row time meets."""
        with self._lock:
            self._versions = self._versions[self._place(self._versions, before) :]

    def at(self, time: int) -> _Version:
        """Returns the version that is valid at a row time; the first one for all earlier times."""
        versions = self._versions
        return versions[-1] if versions[-1].since <= time else versions[self._place(versions, time)]

    def _place(self, versions: list[_Version], time: int) -> int:
        return max(0, bisect_right(versions, time, key=lambda version: version.since) - 1)

    def size(self) -> int:
        """Returns how many rows the newest version has."""
        return len(self._versions[-1].rows)


class LookupJoinOperator:
    """Takes prepared rows `(*key values, *row)`; an output row is `(*row, *table row)`.

    Without keys, each row meets all rows of the table. It keeps no state.
    """

    def __init__(
        self,
        node: LookupJoin,
        table: Table,
        report: Report,
        condition: Callable[[Row], bool] | None = None,
        *,
        most: int = MATCHES_MOST,
    ) -> None:
        """Makes the operator; `condition` says of a joined row whether it stays, and never raises."""
        self._table, self._condition, self._most = table, condition, most
        self._slots = tuple(slot for _, slot in node.keys)
        self._outer, self._columns = node.outer, node.input.columns
        self._bound = Bound(
            report,
            "matches",
            f"A row has more than {most:,} matches in {node.table}, and only so many leave; join by more columns.",
        )

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Returns the joined rows; of a row without a match one with NULLs if the join is outer."""
        version, width = self._table.at(time), len(self._slots)
        find: Callable[[Row], list[Row]] = _find(version.index(self._slots)) if width else lambda key: version.rows
        condition, most = self._condition, self._most
        nulls = (None,) * self._table.width
        out: list[Row] = []
        for row in rows:
            rest = row[width:]
            joined = [rest + match for match in find(row[:width])]
            if condition is not None:
                joined = [each for each in joined if condition(each)]
            if len(joined) > most:
                self._bound.reached(time, len(joined) - most, rest, self._columns)
                del joined[most:]
            if joined:
                out += joined
            elif self._outer:
                out.append(rest + nulls)
        return out

    def due(self) -> int | None:
        """Returns None: no row waits."""
        return None

    def fire(self, time: int) -> list[Row]:
        return []

    def changes(self) -> Change:
        return Change({})

    def size(self) -> int:
        return 0


def _find(index: Index) -> Callable[[Row], list[Row]]:
    """Returns a function from the key values of a row to the matches in an index, which has no NULLs."""
    return lambda key: index.get(key, [])
