"""Answers whether a value occurs in a column of a reference table."""

from collections.abc import Callable
from typing import Any

from sql.engine.operators.lookup import Table


class TableValues:
    """Holds the values of one column, in the version of the table that is valid at a row time."""

    def __init__(self, table: Callable[[], Table], slot: int) -> None:
        """Takes a function that returns the table, which another version of the application may replace."""
        self._table, self._slot = table, slot
        self._version: Any = None
        self._values: frozenset[Any] = frozenset()

    def _at(self, time: int) -> frozenset[Any]:
        version = self._table().at(time)
        if version is not self._version:
            self._version, self._values = version, frozenset(row[self._slot] for row in version.rows)
        return self._values

    def has(self, value: object, time: int) -> bool:
        """Returns whether IN is TRUE of a value that is not NULL."""
        return value in self._at(time)

    def lacks(self, value: object, time: int) -> bool:
        """Returns whether IN is FALSE of a value that is not NULL: neither it nor NULL is in the column."""
        values = self._at(time)
        return value not in values and None not in values
