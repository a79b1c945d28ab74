"""Decides how the fast readers take a column: the type that msgspec reads, and the conversion after it.

A column has one of three levels. At level 0 only the JSON type that its SQL type expects passes, at level 1 other plain
types do, at level 2 everything does. A value that does not pass makes the reader raise; the Walker reads its record.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from sql.schema.coercion import Coercer
from sql.schema.numbers import rounded
from sql.types import BITS, Family, Kind, Type

LEVEL_MOST = 2
Reader = Callable[[bytes], Any]
_FRACTION = re.compile(rb"[.eE]")
_PLAIN_NUMBER = frozenset(b"-0123456789")
_SAME: dict[Kind, type] = {  # the types that need no conversion, where JSON has their values in this Python type
    **dict.fromkeys(BITS, int),
    Kind.DOUBLE: float,
    Kind.BOOLEAN: bool,
    Kind.VARCHAR: str,
}


def level_needed(kind: Type, source: bytes | None, value: Any) -> int:
    """Returns the level at which a column's reader takes a JSON value, of which the Walker made the column's value."""
    if source is None or source == b"null" or kind.family in {Family.EXACT, Family.TIMESTAMP, Family.DATE, Family.TIME}:
        return 0
    first = source[0]
    number = first in _PLAIN_NUMBER
    whole = number and not _FRACTION.search(source)
    if kind.family == Family.WHOLE:
        return (0 if whole else 2) if number else 1
    if kind.family == Family.APPROXIMATE:
        return 0 if number else 1
    if kind.family == Family.BOOLEAN:
        return 0 if first in b"tf" else 1 if first == 0x22 or whole else 2
    if first == 0x22:
        return int(kind.family == Family.TEXT and len(value) == kind.size and len(source) - 2 > kind.size)  # it was cut
    return 1 if kind.family == Family.TEXT and (first in b"tf" or whole) else 2


def read_as(kind: Type, level: int) -> Any:
    """Returns the type that msgspec reads a column as."""
    if kind.family == Family.EXACT:
        return Any  # numbers with a point become Decimal, by the reader's float_hook
    if level == LEVEL_MOST:
        return msgspec.Raw
    if kind.family == Family.WHOLE:
        least, greatest = kind.bounds
        whole = Annotated[int, msgspec.Meta(ge=least, le=greatest)]
        return whole if level == 0 else whole | str | bool
    if kind.family == Family.APPROXIMATE:
        return float if level == 0 else float | str | bool
    if kind.family == Family.BOOLEAN:
        return bool if level == 0 else bool | str | int
    if kind.family == Family.TEXT and level == 0 and kind.size:
        return Annotated[str, msgspec.Meta(max_length=kind.size)]
    return str if level == 0 or kind.family != Family.TEXT else str | int | bool


def conversion(kind: Type, coercer: Coercer, level: int) -> Callable[[Any], Any] | None:
    """Returns the conversion after reading; None if there is nothing to convert."""
    if kind.family == Family.EXACT:
        exact = coercer.exact
        return lambda value: exact(value) if exact and value.__class__ is Decimal else coercer.plain(value)
    if level == LEVEL_MOST:
        return _of_raw(coercer)
    if kind.kind == Kind.REAL:
        return lambda value: rounded(value) if value.__class__ is float else coercer.plain(value)
    if level == 0:
        return None if kind.kind in _SAME else coercer.text
    return lambda value: coercer.text(value) if value.__class__ is str else coercer.plain(value)


def guard(kind: Type, level: int, value: str) -> str:
    """Returns the condition, in Python, that a value has to be converted; `value` is the name of the variable."""
    if level == 1 and kind.kind in _SAME:
        longer = f" or len({value}) > {kind.size:d}" if kind.family == Family.TEXT else ""
        return f"{value} is not None and ({value}.__class__ is not {_SAME[kind.kind].__name__}{longer})"
    return f"{value} is not None"


def _of_raw(coercer: Coercer) -> Callable[[Any], Any]:
    def convert(raw: msgspec.Raw) -> Any:
        source = bytes(raw)
        return None if source == b"null" else coercer.raw(source)

    return convert
