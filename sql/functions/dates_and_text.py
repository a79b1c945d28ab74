"""Defines the functions between text and dates, such as TIMESTAMP_TO_CHAR; the format is the first argument."""

from collections.abc import Callable
from typing import Any

from sql.functions.arguments import Result, constant, takes
from sql.functions.calendar import DAY
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.javadate import format_date, pieces
from sql.functions.javaparse import parse_date
from sql.functions.rules import TIMES
from sql.types import DATE, TIME, TIMESTAMP, Family, Type, varchar

Swapped = Callable[[Types, Constants], bool]
WRITTEN = varchar(1024)


def check_pattern(constants: Constants) -> None:
    """Raises TypeProblem for a constant pattern that is none."""
    pattern = constant(constants, 0)
    if isinstance(pattern, str):
        try:
            pieces(pattern)
        except ValueError as problem:
            raise TypeProblem(str(problem)) from None


def _pattern_first(name: str, argument: str, typing: Result, swapped: Swapped) -> Result:
    """Returns a typing that tells of arguments in the wrong order, which other databases have."""

    def result(types: Types, constants: Constants) -> Type:
        if len(types) == 2 and swapped(types, constants):
            raise TypeProblem(f"The pattern comes first: {name}('yyyy-MM-dd HH:mm:ss', {argument}).")
        return typing(types, constants)

    return result


def writing(name: str, letter: str) -> Function:
    def result(types: Types, constants: Constants) -> Type:
        check_pattern(constants)
        return WRITTEN

    def swapped(types: Types, constants: Constants) -> bool:
        return types[0].family in TIMES and types[1].family == Family.TEXT

    typing = _pattern_first(name, "t", takes(name, "s" + letter, result), swapped)
    return Function(name=name, result=typing, call=format_date)


def date_only(pattern: str, text: str) -> int:
    moment = parse_date(pattern, text)
    return moment - moment % DAY


def time_only(pattern: str, text: str) -> int:
    return parse_date(pattern, text) % DAY


def reading(name: str, of: Type, call: Callable[..., Any]) -> Function:
    def result(types: Types, constants: Constants) -> Type:
        check_pattern(constants)
        return of

    def swapped(types: Types, constants: Constants) -> bool:
        return not isinstance(constant(constants, 0), str) and isinstance(constant(constants, 1), str)

    return Function(name=name, result=_pattern_first(name, "s", takes(name, "ss", result), swapped), call=call)


FUNCTIONS = [
    writing("TIMESTAMP_TO_CHAR", "d"),
    writing("DATE_TO_CHAR", "d"),
    writing("TIME_TO_CHAR", "t"),
    reading("CHAR_TO_TIMESTAMP", TIMESTAMP, parse_date),
    reading("CHAR_TO_DATE", DATE, date_only),
    reading("CHAR_TO_TIME", TIME, time_only),
]
