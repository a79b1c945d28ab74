"""Reads reference tables, and answers whether a value occurs in a column of one."""

from typing import Any

from sql.engine.operators.lookup import Table
from sql.folder import Application, FolderError
from sql.schema.decoding import Decoder

ROWS_MOST = 5_000_000  # of a reference table


def reference_tables(application: Application) -> dict[str, Table]:
    """Returns the reference tables of an application's folder by name. Raises FolderError for a row it cannot read."""
    found = {}
    for reference in application.references:
        decoder = Decoder(reference.schema, rows_most=ROWS_MOST)
        decoded = decoder.decode([application.files[reference.file]])
        if decoded.refused:
            raise FolderError(f"{reference.file}: {decoded.refused[0][1]}")
        found[reference.table] = Table(len(reference.schema.columns), decoder.as_tuples(decoded.rows))
    return found


class TableValues:
    """Holds the values of one column, in the version of the table that is valid at a row time."""

    def __init__(self, table: Table, slot: int) -> None:
        self._table, self._slot = table, slot
        self._version: Any = None
        self._values: frozenset[Any] = frozenset()

    def _at(self, time: int) -> frozenset[Any]:
        version = self._table.at(time)
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
