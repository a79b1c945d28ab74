"""Defines + - * / where dates, times or intervals take part, and the qualified difference of two times."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sql.functions.arguments import check_count
from sql.functions.calendar import DAY, FIRST, LAST, add_months, check_time, cut_to, months_between
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.rules import TIMES, UNITS, is_months, joined_interval, units
from sql.functions.values import EXACT, divide_exact, divide_whole, fit_int
from sql.types import BIGINT, NULL, Family, Type, interval

LEAST, GREATEST = BIGINT.bounds
Work = Callable[..., Any]


def result(name: str, one: Type, other: Type) -> Type | None:
    """Returns the type of an operation with a date, a time or an interval, or None if there is none."""
    if name in "+-" and one.family == other.family == Family.INTERVAL:
        return joined_interval(one, other)
    if name in "+-" and one.family in TIMES and other.family == Family.INTERVAL:
        return shifted(one, other)
    if name == "+" and one.family == Family.INTERVAL and other.family in TIMES:
        return shifted(other, one)
    if name in "*/" and one.family == Family.INTERVAL and other.is_numeric:
        return one
    if name == "*" and one.is_numeric and other.family == Family.INTERVAL:
        return other
    if name == "-" and one.family == other.family and one.family in TIMES:
        raise TypeProblem(f"A difference of {one} values needs a unit; write (a - b) SECOND, or TSDIFF(b, a).")
    return None


def shifted(moment: Type, by: Type) -> Type:
    if moment.family == Family.TIME and is_months(by):
        raise TypeProblem(f"TIME and {by} do not add up.")
    return moment


def scale_length(length: int, factor: float | Decimal) -> int:
    """Returns an interval times a number, cut toward 0 to its own smallest part."""
    return check_length(int(EXACT.multiply(length, factor) if isinstance(factor, Decimal) else length * factor))


def divide_length(length: int, divisor: float | Decimal) -> int:
    """Returns an interval divided by a number, cut toward 0."""
    if isinstance(divisor, int):
        return check_length(divide_whole(length, divisor))
    return check_length(int(divide_exact(length, divisor) if isinstance(divisor, Decimal) else length / divisor))


def check_length(length: int) -> int:
    """Returns an interval; raises when it is beyond 64 bits."""
    return fit_int(length, LEAST, GREATEST, "INTERVAL")


def shift(moment: Type, by: Type, sign: int) -> Work:
    """Returns the addition of an interval to a time; a DATE stays a day, a TIME turns over at midnight."""
    if is_months(by):
        return lambda at, months: add_months(at, sign * months)
    if moment.family == Family.TIME:
        return lambda at, length: (at + sign * length) % DAY
    if moment.family == Family.DATE:
        return lambda at, length: check_time((at + sign * length) // DAY * DAY)
    return lambda at, length: check_time(at + sign * length)


def prepare(name: str, one: Type, other: Type) -> Work:
    """Returns the operation on two values of the types, one of which is a date, a time or an interval."""
    sign = -1 if name == "-" else 1
    if one.family in TIMES:
        return shift(one, other, sign)
    if other.family in TIMES:
        shifting = shift(other, one, 1)
        return lambda length, at: shifting(at, length)
    if one.family == other.family:
        return lambda a, b: check_length(a + sign * b)
    if name == "/":
        return divide_length
    return scale_length if one.family == Family.INTERVAL else lambda factor, length: scale_length(length, factor)


def inline(name: str, one: Type, other: Type) -> str | None:
    """Returns the template of a TIMESTAMP plus or minus milliseconds, the common case."""
    by = other if one.family == Family.TIMESTAMP else one
    moment = one if by is other else other
    plain = name in "+-" and moment.family == Family.TIMESTAMP and by.family == Family.INTERVAL and not is_months(by)
    return f"(_v if {FIRST} <= (_v := {{0}} {name} {{1}}) <= {LAST} else check_time(_v))" if plain else None


def qualifier(constants: Constants, place: int) -> Type:
    """Returns the INTERVAL of a qualifier such as `DAY(6) TO SECOND(3)`."""
    words = re.sub(r"\s*\([^)]*\)", "", str(constants[place])).upper().split()
    leading, trailing = words[0], words[-1]
    if leading not in UNITS or trailing not in UNITS or len(words) not in {1, 3}:
        raise TypeProblem(f"{constants[place]} is not a unit of intervals; use DAY, HOUR, MINUTE or SECOND.")
    of = interval(leading if len(words) == 1 else f"{leading} TO {trailing}")
    if UNITS.index(leading) > UNITS.index(trailing) or is_months(of) != (trailing in UNITS[:2]):
        raise TypeProblem(f"{of.unit} is not a unit of intervals: the greater unit comes first, as in DAY TO SECOND.")
    return of


def whole_seconds(constants: Constants, place: int) -> bool:
    """Returns whether a qualifier forbids parts of seconds, as SECOND(2, 0) and TO SECOND(0) do."""
    return re.search(r"SECOND\s*\((?:\s*\d+\s*,)?\s*0\s*\)\s*$", str(constants[place]).upper()) is not None


def difference_result(types: Types, constants: Constants) -> Type:
    check_count("A difference", len(types), 3, 3)
    one, other = types[:2]
    if NULL not in (one, other) and (one.family != other.family or one.family not in TIMES):
        raise TypeProblem(f"The difference of {one} and {other} is no interval; CAST one to the other's type.")
    return qualifier(constants, 2)


def prepare_cut(of: Type, *, seconds: bool) -> Callable[[int], int]:
    """Returns the cut of a length to the trailing unit, and to whole seconds if asked."""
    trailing = units(of)[1]
    if seconds:
        return lambda length: divide_whole(length, 1000) * 1000
    return lambda length: cut_to(length, trailing)


def prepare_difference(types: Types, constants: Constants) -> Work:
    """Returns the difference of two times, cut to the trailing unit."""
    of = qualifier(constants, 2)
    cut = prepare_cut(of, seconds=whole_seconds(constants, 2))
    if is_months(of):
        return lambda a, b, unit: cut(months_between(a, b))
    return lambda a, b, unit: cut(a - b)


def qualify_result(types: Types, constants: Constants) -> Type:
    check_count("An interval", len(types), 2, 2)
    of = qualifier(constants, 1)
    if types[0] != NULL and (types[0].family != Family.INTERVAL or is_months(types[0]) != is_months(of)):
        raise TypeProblem(f"{types[0]} cannot be made an INTERVAL {of.unit}; write (a - b) {of.unit} for two times.")
    return of


def prepare_qualify(types: Types, constants: Constants) -> Work:
    cut = prepare_cut(qualifier(constants, 1), seconds=whole_seconds(constants, 1))
    return lambda length, unit: cut(length)


FUNCTIONS = [
    Function(
        name="DIFFERENCE",
        result=difference_result,
        call=lambda a, b, unit: a - b,
        prepare=prepare_difference,
    ),
    Function(name="QUALIFY", result=qualify_result, call=lambda length, unit: length, prepare=prepare_qualify),
]
