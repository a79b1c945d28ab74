"""Defines how an operator tells of rows that it cannot use, and of bounds that it reached."""

from typing import Protocol

from sql.errors import Fault, RowError

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

    def reached(self, time: int, rows: int = 1, value: object = "") -> None:
        """Counts rows, and tells of the first of them, with a value that names it."""
        self._report.count(FULL + self._name, rows)
        if not self._told:
            self._told = True
            self._report.fault(time, RowError(Fault.LIMIT, self._sentence), value=shown(value))

    def relieve(self) -> None:
        """Makes the next row beyond the bound tell of it again."""
        self._told = False


def shown(value: object) -> str:
    """Returns a value or a row as text of at most 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:199] + "…"
