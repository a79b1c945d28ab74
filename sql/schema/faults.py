"""Defines the faults of a record: a value that its column cannot hold, and a schema that cannot be followed."""

from common.text import quoted
from sql.errors import Fault, RowError

SHOWN_MOST = 128  # characters of a value that a sentence repeats


class SchemaError(ValueError):
    """Means that a schema cannot be followed, such as one with two arrays to flatten; the message is a sentence."""


class UnfitError(ValueError):
    """Means that a value does not go into a type; the message ends the sentence "The value … of column … "."""


class ColumnError(RowError):
    """Means that a row of a record is refused. `column` and `value` are "" if the whole record is at fault."""

    def __init__(self, fault: Fault, sentence: str, column: str = "", value: str = "") -> None:
        super().__init__(fault, sentence)
        self.column = column
        self.value = value


def unfit(column: str, value: str, why: str) -> ColumnError:
    """Returns the error for a value that its column cannot hold."""
    return ColumnError(
        Fault.COERCION, f"The value {quoted(value, SHOWN_MOST)} of column {column} {why}.", column, value
    )


def missing(column: str) -> ColumnError:
    """Returns the error for a column that may not be NULL, and is."""
    return ColumnError(Fault.NOT_NULL, f"Column {column} is NULL, which it may not be.", column)


def unparsable(why: str) -> ColumnError:
    """Returns the error for a record that cannot be read at all."""
    return ColumnError(Fault.PARSE, f"The record {why}.")
