"""Writes values as text, as CAST does."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sql.errors import Fault, RowError
from sql.functions.calendar import iso_date, iso_time, iso_timestamp
from sql.functions.intervals import interval_text
from sql.functions.values import real_text
from sql.types import BITS, Family, Kind, Type

WIDTHS = {Kind.TINYINT: 4, Kind.SMALLINT: 6, Kind.INTEGER: 11, Kind.BIGINT: 20}  # of the least number, with its sign


def double_text(value: float) -> str:
    """Returns the shortest text that names a number, such as 0.1 or 1E22."""
    return repr(value).removesuffix(".0").replace("e+", "E").replace("e", "E")


def decimal_text(value: Decimal) -> str:
    return format(value, "f")


def boolean_text(value: bool) -> str:  # noqa: FBT001 - a value of a row
    return "TRUE" if value else "FALSE"


WRITERS: dict[Family, Callable[[Any], str]] = {
    Family.WHOLE: str,
    Family.EXACT: decimal_text,
    Family.APPROXIMATE: double_text,
    Family.BOOLEAN: boolean_text,
    Family.DATE: iso_date,
    Family.TIME: iso_time,
    Family.TIMESTAMP: iso_timestamp,
}


def writer(source: Type) -> Callable[[Any], str]:
    """Returns the function that writes a value of a type other than text."""
    if source.kind == Kind.REAL:
        return lambda value: real_text(value).replace("e+", "E").replace("e", "E")
    if source.kind == Kind.INTERVAL:
        return lambda value: interval_text(value, source)
    return WRITERS[source.family]


def longest(source: Type) -> int:
    """Returns the greatest length of a type's texts, or a number beyond every column if it is not known."""
    if source.kind in BITS:
        return WIDTHS[source.kind]
    known = {Kind.DECIMAL: source.size + 2, Kind.BOOLEAN: 5, Kind.DATE: 10, Kind.TIME: 12, Kind.TIMESTAMP: 23}
    return known.get(source.kind, 1 << 20)


def fit_text(text: str, target: Type) -> str:
    """Returns a written value in a CHAR or VARCHAR; a part of a number or of a time would mislead, so it is refused."""
    if len(text) > target.size:
        raise RowError(Fault.CAST, f"'{text}' does not fit into {target}.")
    return text.ljust(target.size) if target.kind == Kind.CHAR else text
