"""Converts values: by CAST, and without one at an INSERT into a stream."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sql.errors import Fault, RowError
from sql.functions.calendar import DAY
from sql.functions.function import TypeProblem
from sql.functions.intervals import STEPS
from sql.functions.moments import prepare_cut
from sql.functions.reading import reader
from sql.functions.rules import assignable, is_months, units
from sql.functions.values import EXACT, fit_template, fitter, real_text, round_whole
from sql.functions.writing import fit_text, longest, writer
from sql.types import Family, Kind, Type

Convert = Callable[[Any], Any]
TEXT = frozenset({Family.TEXT})
NUMBERS = frozenset({Family.WHOLE, Family.EXACT, Family.APPROXIMATE})
# The table of CAST: the families to which each family converts.
CASTS: dict[Family, frozenset[Family]] = {
    **dict.fromkeys(NUMBERS, NUMBERS | TEXT),
    Family.TEXT: frozenset(Family) - {Family.ROW, Family.NULL},
    Family.DATE: TEXT | {Family.DATE, Family.TIMESTAMP},
    Family.TIME: TEXT | {Family.TIME, Family.TIMESTAMP},
    Family.TIMESTAMP: TEXT | {Family.DATE, Family.TIME, Family.TIMESTAMP},
    Family.INTERVAL: TEXT | {Family.INTERVAL, Family.WHOLE, Family.EXACT},
    Family.BOOLEAN: TEXT | {Family.BOOLEAN},
    Family.BYTES: frozenset({Family.BYTES}),
    Family.ROW: frozenset(),
    Family.NULL: frozenset(Family),
}
HINTS = {
    (Family.TIMESTAMP, Family.WHOLE): "; use UNIX_TIMESTAMP, which gives milliseconds",
    (Family.WHOLE, Family.TIMESTAMP): "; use TO_TIMESTAMP, which takes milliseconds",
    (Family.BOOLEAN, Family.WHOLE): "; use CASE WHEN … THEN 1 ELSE 0 END",
    (Family.WHOLE, Family.BOOLEAN): "; compare it, as in x <> 0",
}


def same(value: Any) -> Any:
    """Returns the value: the conversion that changes nothing."""
    return value


def cut_text(text: str, length: int) -> str:
    """Returns the first characters of a text that is too long: the service's own way at an INSERT."""
    return text[:length]


def refuse_text(text: str, length: int) -> str:
    """Raises for a text that is too long."""
    raise RowError(Fault.COERCION, f"A text of {len(text)} characters does not fit into {length}.")


def castable(source: Type, target: Type) -> bool:
    """Returns whether the dialect has a CAST from one type to another."""
    if source.family == Family.INTERVAL and target.family == Family.INTERVAL:
        return is_months(source) == is_months(target)
    return target.family in CASTS[source.family]


def cast_to(source: Type, target: Type) -> Convert:
    """Returns the work of CAST on a value that is not NULL; raises TypeProblem if the dialect has no such CAST."""
    if not castable(source, target):
        hint = HINTS.get((source.family, target.family), "")
        raise TypeProblem(f"{source} cannot be cast to {target}{hint}.")
    if source.kind == Kind.NULL:
        return same
    if target.family == Family.TEXT:
        return to_text(source, target, cut_text)
    if source.family == Family.TEXT:
        return reader(target)
    if source.is_numeric:
        return to_number(source, target)
    return OTHERS[source.family](source, target)


def to_text(source: Type, target: Type, on_truncate: Callable[[str, int], str]) -> Convert:
    """Returns the conversion to CHAR or VARCHAR; CHAR is filled with blanks."""
    length, fills = target.size, target.kind == Kind.CHAR
    if source.family != Family.TEXT:
        write = writer(source)
        return write if length >= longest(source) and not fills else lambda value: fit_text(write(value), target)
    if source.size <= length and (not fills or source == target):
        return same
    if fills:
        return lambda text: (text if len(text) <= length else on_truncate(text, length)).ljust(length)
    return lambda text: text if len(text) <= length else on_truncate(text, length)


def to_number(source: Type, target: Type) -> Convert:
    """Returns the conversion between two numeric types; a fraction is rounded half away from 0 into whole numbers."""
    if source == target:
        return same
    fit = fitter(target)
    if target.family == Family.WHOLE:
        if source.family == Family.WHOLE:
            return same if source.bounds[1] <= target.bounds[1] else fit
        return lambda value: fit(round_whole(value))
    if target.family == Family.EXACT:
        if source.family != Family.APPROXIMATE:
            return fit
        write = real_text if source.kind == Kind.REAL else repr
        return lambda value: fit(Decimal(write(value)))
    if source.family == Family.APPROXIMATE:
        return same if target.kind == Kind.DOUBLE else fit
    return float if target.kind == Kind.DOUBLE else lambda value: fit(float(value))


def from_moment(source: Type, target: Type) -> Convert:
    """Returns the conversion among DATE, TIME and TIMESTAMP; a TIME without a date is of 1970-01-01."""
    if source.kind == Kind.TIMESTAMP and target.kind == Kind.DATE:
        return lambda moment: moment - moment % DAY
    if source.kind == Kind.TIMESTAMP and target.kind == Kind.TIME:
        return lambda moment: moment % DAY
    return same


def from_interval(source: Type, target: Type) -> Convert:
    """Returns the conversion of an interval; a number counts its trailing units, cut for whole numbers."""
    if target.family == Family.INTERVAL:
        return prepare_cut(target, seconds=False)
    step = STEPS[units(source)[1]]
    fit = fitter(target)
    if target.family == Family.WHOLE:
        return lambda length: fit(length // step if length >= 0 else -(-length // step))
    return lambda length: fit(EXACT.divide(length, step))


def from_bytes(source: Type, target: Type) -> Convert:
    length, fill = target.size, target.size if target.kind == Kind.BINARY else 0
    return lambda value: value[:length].ljust(fill, b"\0")


OTHERS: dict[Family, Callable[[Type, Type], Convert]] = {
    Family.DATE: from_moment,
    Family.TIME: from_moment,
    Family.TIMESTAMP: from_moment,
    Family.INTERVAL: from_interval,
    Family.BOOLEAN: lambda source, target: same,
    Family.BYTES: from_bytes,
}


def assign_to(source: Type, target: Type, on_truncate: Callable[[str, int], str] = cut_text) -> Convert:
    """Returns the conversion of a value that is not NULL at an INSERT; raises TypeProblem where a CAST is needed.

    `on_truncate` gets a text that is too long and the column's length. It returns the text to store, or raises; so a
    caller can count the cuts.
    """
    if not assignable(source, target):
        mend = f"; write CAST(… AS {target})" if castable(source, target) else ""
        raise TypeProblem(f"A value of {source} cannot be stored in a column of {target}{mend}.")
    if target.family == Family.TEXT and source.kind != Kind.NULL:
        return to_text(source, target, on_truncate)
    return cast_to(source, target)


def assign_inline(source: Type, target: Type) -> str | None:
    """Returns the template of an INSERT's conversion, or None where `assign_to` is called, as for texts to be cut."""
    if source.is_numeric and target.is_numeric:
        return cast_inline(source, target)
    return "{0}" if assign_to(source, target) is same else None


def cast_inline(source: Type, target: Type) -> str | None:
    """Returns the template of a CAST for generated code, or None where `cast_to` is called."""
    if cast_to(source, target) is same:
        return "{0}"
    if source.is_numeric and target.is_numeric:
        return inline_number(source, target)
    if source.family == target.family == Family.TEXT:
        return (
            f"({{0}}[:{target.size}].ljust({target.size}))" if target.kind == Kind.CHAR else f"({{0}}[:{target.size}])"
        )
    if source.family == Family.WHOLE and target.kind == Kind.VARCHAR and target.size >= longest(source):
        return "str({0})"
    return None


def inline_number(source: Type, target: Type) -> str | None:
    """Returns the template of a conversion between two numeric types."""
    if target.family == Family.WHOLE:
        return fit_template(target, "{0}" if source.family == Family.WHOLE else "round_whole({0})")
    if target.family == Family.EXACT:
        return fit_template(target, "{0}") if source.family != Family.APPROXIMATE else None
    return "fit_real(float({0}))" if target.kind == Kind.REAL else "float({0})"


NAMES = {"round_whole": round_whole}
