"""Defines the functions of dates, times and intervals: FLOOR and CEIL to a unit, STEP, EXTRACT, TSDIFF and periods."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sql.functions.arguments import check_count, constant, takes
from sql.functions.calendar import DAY, LENGTHS, add_months, ceil_to, check_time, civil, floor_to
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.intervals import MOST, STEPS
from sql.functions.rules import TIMES, UNITS, is_months, units, wider
from sql.functions.values import divide_whole
from sql.types import BIGINT, BOOLEAN, NULL, TIMESTAMP, Family, Kind, Type, decimal

SECONDS = decimal(5, 3)  # of EXTRACT(SECOND FROM …)


def unit_of(name: str, constants: Constants, place: int) -> str:
    """Returns the constant unit of an argument."""
    unit = str(constant(constants, place)).upper().removesuffix("S")
    if unit not in UNITS:
        raise TypeProblem(f"{name} takes one of the units {', '.join(UNITS)}, not {constant(constants, place)}.")
    return unit


def step_result(types: Types, constants: Constants) -> Type:
    """Returns the type of STEP: of a time by an interval, or of a whole number by a whole number."""
    check_count("STEP", len(types), 2, 2)
    of, by = types
    if of.family in TIMES and by.family == Family.INTERVAL:
        if isinstance(constants[1], int) and constants[1] <= 0:
            raise TypeProblem("STEP needs an interval above zero.")
        if of.family == Family.TIME and is_months(by):
            raise TypeProblem(f"STEP cannot divide TIME by {by}.")
        return of
    if of.family == by.family == Family.WHOLE:
        return wider((of, by))
    if NULL in types:
        return by if of == NULL else of
    raise TypeProblem(f"STEP takes a time BY an interval, or whole numbers, not {of} BY {by}.")


def step(moment: int, length: int) -> int:
    """Returns the greatest multiple of an interval since 1970 that is not after a moment."""
    if length <= 0:
        raise ZeroDivisionError
    return moment - moment % length


def step_days(moment: int, length: int) -> int:
    """Returns the day of the multiple: a DATE has no time of the day."""
    return floor_to(step(moment, length), "DAY")


def step_months(moment: int, months: int) -> int:
    if months <= 0:
        raise ZeroDivisionError
    at = civil(moment)
    count = (at.year - 1970) * 12 + at.month - 1
    return add_months(0, count - count % months)


def step_whole(value: int, by: int) -> int:
    return divide_whole(value, by) * by


def prepare_step(types: Types, constants: Constants) -> Callable[..., Any]:
    if types[0].family == Family.WHOLE:
        return step_whole
    if types[1].kind == Kind.INTERVAL and is_months(types[1]):
        return step_months
    return step_days if types[0].kind == Kind.DATE else step


def inline_step(types: Types, constants: Constants) -> str | None:
    """Returns the template of STEP by a constant interval or number; a whole number is cut toward 0."""
    length = constants[1]
    plain = types[0].family in TIMES - {Family.DATE} and types[1].kind == Kind.INTERVAL and not is_months(types[1])
    return f"((_v := {{0}}) - _v % {length})" if plain and isinstance(length, int) else None


def rounding_result(name: str) -> Callable[[Types, Constants], Type]:
    """Returns the typing of FLOOR and CEIL to a unit."""

    def check(types: Types, constants: Constants) -> Type:
        unit, of = unit_of(name, constants, 1), types[0]
        is_long = unit in {"YEAR", "MONTH"}
        if (of.family == Family.TIME and UNITS.index(unit) < UNITS.index("HOUR")) or (
            of.kind == Kind.INTERVAL and is_long != is_months(of)
        ):
            raise TypeProblem(f"{name.removesuffix('_TIME')} of {of} cannot go to {unit}.")
        return of

    return takes(name, "qs", check)


def prepare_floor(types: Types, constants: Constants) -> Callable[..., int]:
    """Returns FLOOR to the constant unit."""
    unit, of = unit_of("FLOOR", constants, 1), types[0]
    length = STEPS[unit] if of.kind == Kind.INTERVAL else LENGTHS.get(unit, 0)
    if length:
        return lambda moment, _: moment - moment % length
    return lambda moment, _: floor_to(moment, unit)


def prepare_ceil(types: Types, constants: Constants) -> Callable[..., int]:
    """Returns CEIL to the constant unit; a TIME stays before midnight."""
    unit, of = unit_of("CEIL", constants, 1), types[0]
    if of.family in {Family.INTERVAL, Family.TIME}:
        length, cycle = STEPS[unit], DAY if of.family == Family.TIME else 0
        return lambda moment, _: -(-moment // length) * length % cycle if cycle else -(-moment // length) * length
    return lambda moment, _: check_time(ceil_to(moment, unit))


def inline_floor(types: Types, constants: Constants) -> str | None:
    unit = unit_of("FLOOR", constants, 1)
    return f"((_v := {{0}}) - _v % {LENGTHS[unit]})" if types[0].family in TIMES and unit in LENGTHS else None


def extract_result(types: Types, constants: Constants) -> Type:
    """Returns BIGINT, or a DECIMAL for SECOND; an interval in seconds has more than two digits of them."""
    unit, of = unit_of("EXTRACT", constants, 0), types[1]
    calendar, day = unit in {"YEAR", "MONTH"}, unit in {"YEAR", "MONTH", "DAY"}
    wrong = (of.kind == Kind.INTERVAL and calendar != is_months(of)) or (of.kind == Kind.TIME and day)
    if wrong:
        raise TypeProblem(f"A value of {of} has no {unit} to extract.")
    if unit != "SECOND":
        return BIGINT
    return decimal(18, 3) if of.kind == Kind.INTERVAL and units(of)[0] == "SECOND" else SECONDS


def prepare_extract(types: Types, constants: Constants) -> Callable[..., Any]:
    """Returns EXTRACT of the constant unit."""
    unit, of = unit_of("EXTRACT", constants, 0), types[1]
    if unit == "SECOND":
        cycle = STEPS["MINUTE"] if of.kind != Kind.INTERVAL or units(of)[0] != "SECOND" else 0
        return lambda _, value: seconds(value, cycle, signed=of.kind == Kind.INTERVAL)
    if of.kind == Kind.INTERVAL:
        step_of, most = STEPS[unit], MOST.get(unit, 0)
        modulus = most + 1 if most and UNITS.index(unit) > UNITS.index(units(of)[0]) else 0
        return lambda _, value: interval_field(value, step_of, modulus)
    if unit in {"HOUR", "MINUTE"}:
        length, count = LENGTHS[unit], MOST[unit] + 1
        return lambda _, value: value // length % count
    place = UNITS.index(unit)
    return lambda _, value: civil(value)[place]


def interval_field(length: int, step_of: int, modulus: int) -> int:
    """Returns a field of an interval, with the interval's sign."""
    count = abs(length) // step_of
    count = count % modulus if modulus else count
    return -count if length < 0 else count


def seconds(value: int, cycle: int, *, signed: bool) -> Decimal:
    """Returns seconds with three digits after the point."""
    rest = abs(value) if signed else value
    return Decimal(rest % cycle if cycle else rest).scaleb(-3) * (-1 if signed and value < 0 else 1)


def monotonic_result(types: Types, constants: Constants) -> Type:
    check_count("MONOTONIC", len(types), 1, 1)
    return types[0]


def tsdiff_absolute(one: int, other: int) -> int:
    return abs(other - one)


def to_timestamp_result(types: Types, constants: Constants) -> Type:
    """Returns TIMESTAMP; says the right function for texts and fractions."""
    if types and types[0].family == Family.TEXT:
        raise TypeProblem(
            "TO_TIMESTAMP takes milliseconds since 1970, not a text; use CHAR_TO_TIMESTAMP('yyyy-MM-dd HH:mm:ss', s)."
        )
    if types and types[0].family in {Family.EXACT, Family.APPROXIMATE}:
        raise TypeProblem("TO_TIMESTAMP takes whole milliseconds since 1970; CAST the number to BIGINT.")
    return takes("TO_TIMESTAMP", "i", TIMESTAMP)(types, constants)


# Of the periods (a, b) and (c, d). The reference draws the last six; their borders are inferred from the drawings.
PERIODS: dict[str, str] = {
    "EQUALS": "a == c and b == d",
    "CONTAINS": "a <= c and (c < b if c == d else d <= b)",
    "OVERLAPS": "a < d and c < b",
    "PRECEDES": "b <= c",
    "SUCCEEDS": "d <= a",
    "IMMEDIATELY_PRECEDES": "b == c",
    "IMMEDIATELY_SUCCEEDS": "d == a",
    "STRICTLY_PRECEDES": "b < c",
    "STRICTLY_SUCCEEDS": "d < a",
    "STRICTLY_CONTAINS": "a < c and d < b",
    "STRICTLY_OVERLAPS": "a < c < b < d or c < a < d < b",
    "LEADS": "a <= c < b <= d",
    "LAGS": "c <= a < d <= b",
    "STRICTLY_LEADS": "a < c < b < d",
    "STRICTLY_LAGS": "c < a < d < b",
    "IMMEDIATELY_LEADS": "a < c < b == d",
    "IMMEDIATELY_LAGS": "c < a < d == b",
}


def period(name: str) -> Function:
    """Returns the predicate of two periods, each from its start up to but not including its end."""
    holds = eval(f"lambda a, b, c, d: {PERIODS[name]}")  # noqa: S307 - the table above

    def check(types: Types, constants: Constants) -> Type:
        if len({each.family for each in types if each != NULL}) > 1:
            raise TypeProblem(f"The times of {name.replace('_', ' ')} must have one type; CAST them.")
        return BOOLEAN

    return Function(name=f"PERIOD_{name}", result=takes(f"PERIOD_{name}", "tttt", check), call=holds, total=True)


FUNCTIONS = [
    Function(
        name="FLOOR_TIME",
        result=rounding_result("FLOOR_TIME"),
        call=floor_to,
        prepare=prepare_floor,
        inline_with=inline_floor,
    ),
    Function(name="CEIL_TIME", result=rounding_result("CEIL_TIME"), call=ceil_to, prepare=prepare_ceil),
    Function(name="STEP", result=step_result, call=step, prepare=prepare_step, inline_with=inline_step),
    Function(
        name="EXTRACT",
        result=takes("EXTRACT", "sq", extract_result),
        call=lambda unit, value: value,
        prepare=prepare_extract,
    ),
    Function(
        name="MONOTONIC", result=monotonic_result, call=lambda value: value, inline=lambda types: "{0}", total=True
    ),
    Function(
        name="UNIX_TIMESTAMP",
        result=takes("UNIX_TIMESTAMP", "d", BIGINT),
        call=lambda moment: moment,
        inline=lambda types: "{0}",
        total=True,
    ),
    Function(name="TO_TIMESTAMP", result=to_timestamp_result, call=check_time),
    Function(
        name="TSDIFF",
        result=takes("TSDIFF", "dd", BIGINT),
        call=lambda one, other: other - one,
        inline=lambda types: "({1} - {0})",
        total=True,
    ),
    Function(name="TSDIFF_ABSOLUTE", result=takes("TSDIFF", "dd", BIGINT), call=tsdiff_absolute, total=True),
    *map(period, PERIODS),
]
