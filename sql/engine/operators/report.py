"""Defines how an operator tells of rows that it cannot use, and of bounds that it reached."""

from collections.abc import Sequence
from typing import Any, Protocol

from sql.engine.showing import shown_row
from sql.errors import Fault, RowError
from sql.plan.parts import Column

FULL = "full:"  # before the name of a bound, in a count of rows
APPROXIMATE = "approximate:"  # before the name of a function, in a count of values that were estimated


class Report(Protocol):
    """Takes the faults and counts of one operator. The engine knows its pump and its line."""

    def fault(self, time: int, error: RowError, expression: str = "", value: str = "") -> None:
        """Takes a fault of a row at a row time in milliseconds; `expression` is in the user's own words."""

    def count(self, name: str, number: int = 1) -> None:
        """Adds to a count that people see."""


class Bound:
    """Counts the rows that a bound keeps out, and tells of it in a sentence: once, until there is room again."""

    def __init__(self, report: Report, name: str, sentence: str) -> None:
        """Makes a bound; `sentence` says which bound it is and how the script can stay below it."""
        self._report, self._name, self._sentence = report, name, sentence
        self._told = False

    def reached(self, time: int, rows: int, row: Sequence[Any], columns: Sequence[Column]) -> None:
        """Counts rows, and tells of the first of them, `row`, with the values of its columns."""
        self._report.count(FULL + self._name, rows)
        if not self._told:
            self._told = True
            self._report.fault(time, RowError(Fault.LIMIT, self._sentence), value=shown_row(columns, row))

    def relieve(self) -> None:
        """Makes the next row beyond the bound tell of it again."""
        self._told = False
