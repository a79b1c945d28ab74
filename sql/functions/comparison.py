"""Defines the comparisons. Two CHAR values compare as if the shorter were padded with blanks; VARCHAR is exact."""

import operator
from collections.abc import Callable
from typing import Any

from sql.functions.arguments import check_count
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.rules import is_months
from sql.types import BOOLEAN, NULL, Family, Kind, Type

SIGNS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "=": ("==", operator.eq),
    "<>": ("!=", operator.ne),
    "<": ("<", operator.lt),
    "<=": ("<=", operator.le),
    ">": (">", operator.gt),
    ">=": (">=", operator.ge),
}


def comparable(one: Type, other: Type) -> None:
    """Raises TypeProblem, with the mend, for types that do not compare."""
    if NULL in (one, other) or (one.is_numeric and other.is_numeric):
        return
    if one.family != other.family:
        text, target = (one, other) if one.family == Family.TEXT else (other, one)
        mend = f"; write CAST(… AS {target.kind})" if text.family == Family.TEXT else "; CAST one to the other's type"
        raise TypeProblem(f"{one} and {other} do not compare{mend}.")
    if one.family == Family.ROW:
        raise TypeProblem("The result of a log parser does not compare; compare its columns.")
    if one.family == Family.INTERVAL and is_months(one) != is_months(other):
        raise TypeProblem(f"{one} and {other} do not compare: months have no fixed length.")


def result(types: Types, constants: Constants) -> Type:
    check_count("A comparison", len(types), 2, 2)
    comparable(*types)
    return BOOLEAN


def pads(types: Types) -> bool:
    """Returns whether blanks at the end do not count."""
    return all(each.kind == Kind.CHAR for each in types)


def mixes(types: Types) -> bool:
    """Returns whether a DECIMAL meets a floating-point number, so that it is compared as one."""
    return {each.family for each in types} == {Family.EXACT, Family.APPROXIMATE}


def prepare_of(compare: Callable[[Any, Any], bool]) -> Callable[[Types, Constants], Callable[..., Any]]:
    """Returns the preparation of a comparison."""

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        if pads(types):
            return lambda a, b: compare(*padded(a, b))
        if mixes(types):
            return lambda a, b: compare(float(a), float(b))
        return compare

    return prepare


def padded(one: str, other: str) -> tuple[str, str]:
    """Returns two texts of one length."""
    length = max(len(one), len(other))
    return one.ljust(length), other.ljust(length)


def inline_of(name: str) -> Callable[[Types], str | None]:
    """Returns the templates of a comparison."""
    sign = SIGNS[name][0]

    def inline(types: Types) -> str | None:
        if pads(types):
            return f"({{0}}.rstrip(' ') {sign} {{1}}.rstrip(' '))" if name in {"=", "<>"} else None
        if mixes(types):
            return f"(float({{0}}) {sign} float({{1}}))"
        return f"({{0}} {sign} {{1}})"

    return inline


def distinct_prepare(types: Types, constants: Constants) -> Callable[..., bool]:
    """Returns IS DISTINCT FROM: NULL equals NULL."""
    differs = prepare_of(operator.ne)(types, constants)
    return lambda a, b: a is not b if a is None or b is None else differs(a, b)


FUNCTIONS = [
    *(
        Function(
            name=name,
            result=result,
            call=compare,
            prepare=prepare_of(compare),
            inline=inline_of(name),
            total=True,
        )
        for name, (_, compare) in SIGNS.items()
    ),
    Function(
        name="IS_DISTINCT_FROM",
        result=result,
        call=lambda a, b: a != b,
        prepare=distinct_prepare,
        takes_null=True,
        total=True,
    ),
]
