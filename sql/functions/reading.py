"""Reads numbers, truth values, dates and times from text, as CAST does: in the forms of the dialect's literals."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sql.errors import Fault, RowError
from sql.functions.calendar import midnight
from sql.functions.intervals import parse_interval
from sql.functions.values import fit_decimal, fit_double, fit_int, fit_real, out_of_range, round_whole, shown
from sql.types import Family, Kind, Type

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?")
MOMENT = re.compile(f"{DATE.pattern}(?:[ T]{TIME.pattern})?")
TRUTHS = {"TRUE": True, "FALSE": False}  # UNKNOWN is refused: a CAST of a value gives a value, never NULL
DIGITS = 40  # more digits than any type holds


def bad_cast(text: object, target: Type) -> RowError:
    return RowError(Fault.CAST, f"{shown(text)} cannot be cast to {target}.")


def number(text: str, target: Type) -> str:
    """Returns the digits of a text; raises if it holds no number."""
    stripped = text.strip(" ")
    if NUMBER.fullmatch(stripped) is None:
        raise bad_cast(text, target)
    return stripped


def exact(text: str, target: Type) -> Decimal:
    """Returns the number of a text, if it has no more whole digits than any type; so that `1e9999` costs nothing."""
    value = Decimal(number(text, target))
    return value if value.adjusted() < DIGITS else out_of_range(text, str(target))


def read_whole(text: str, target: Type) -> int:
    return fit_int(round_whole(exact(text, target)), *target.bounds, str(target.kind))


def read_decimal(text: str, target: Type) -> Decimal:
    return fit_decimal(exact(text, target), target.size, target.scale)


def read_double(text: str, target: Type) -> float:
    return fit_double(float(number(text, target)))


def read_real(text: str, target: Type) -> float:
    return fit_real(read_double(text, target))


def read_boolean(text: str, target: Type) -> bool:
    word = text.strip(" ").upper()
    if word not in TRUTHS:
        raise bad_cast(text, target)
    return TRUTHS[word]


def clock(hours: str, minutes: str, seconds: str | None, part: str | None) -> int:
    """Returns the milliseconds since midnight; raises ValueError for a time that is none."""
    rest = (int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        raise ValueError
    return rest * 1000 + int((part or "0")[:3].ljust(3, "0"))


def read_moment(text: str, target: Type) -> int:
    """Returns a date, with or without a time, as milliseconds since 1970."""
    found = MOMENT.fullmatch(text.strip(" "))
    if found is None:
        raise bad_cast(text, target)
    year, month, day, *rest = found.groups()
    try:
        start = midnight(int(year), int(month), int(day))
        return start + (clock(*rest) if rest[0] and target.kind == Kind.TIMESTAMP else 0)
    except ValueError:
        raise bad_cast(text, target) from None


def read_time(text: str, target: Type) -> int:
    found = TIME.fullmatch(text.strip(" "))
    try:
        if found is not None:
            return clock(*found.groups())
    except ValueError:
        pass
    raise bad_cast(text, target)


def read_interval(text: str, target: Type) -> int:
    try:
        return parse_interval(text, target)
    except ValueError as problem:
        raise RowError(Fault.CAST, str(problem)) from None


def read_bytes(text: str, target: Type) -> bytes:
    return text.encode()[: target.size].ljust(target.size if target.kind == Kind.BINARY else 0, b"\0")


READERS: dict[Family, Callable[[str, Type], Any]] = {
    Family.WHOLE: read_whole,
    Family.EXACT: read_decimal,
    Family.BOOLEAN: read_boolean,
    Family.DATE: read_moment,
    Family.TIME: read_time,
    Family.TIMESTAMP: read_moment,
    Family.INTERVAL: read_interval,
    Family.BYTES: read_bytes,
}


def reader(target: Type) -> Callable[[str], Any]:
    """Returns the function that reads a value of a type from text."""
    if target.family == Family.APPROXIMATE:
        read: Callable[[str, Type], Any] = read_real if target.kind == Kind.REAL else read_double
    else:
        read = READERS[target.family]
    return lambda text: read(text, target)
