"""Defines + - * / and the signs on numbers, with the result types of the language reference."""

from collections.abc import Callable
from typing import Any

from sql.functions import moments
from sql.functions.arguments import check_count
from sql.functions.function import Constants, Function, TypeProblem, Types
from sql.functions.rules import as_decimal, wider
from sql.functions.values import EXACT, divide_exact, divide_whole, fit_template, fitter
from sql.types import DIGITS_MOST, DOUBLE, NULL, REAL, Family, Kind, Type, decimal

WORDS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def decimal_result(name: str, one: Type, other: Type) -> Type:
    """Returns the DECIMAL of an operation; a quotient gives up scale, down to the first operand's, for whole digits."""
    if name == "*":
        size, scale = one.size + other.size, one.scale + other.scale
    elif name == "/":
        whole, scale = one.size - one.scale + other.scale, max(6, one.scale + other.size + 1)
        scale = max(one.scale, min(scale, DIGITS_MOST - whole))
        size = whole + scale
    else:
        scale = max(one.scale, other.scale)
        size = max(one.size - one.scale, other.size - other.scale) + scale + 1
    return decimal(min(DIGITS_MOST, size), min(DIGITS_MOST, scale))


def number_result(name: str, one: Type, other: Type) -> Type:
    """Returns the type of an operation on two numbers."""
    families = {one.family, other.family}
    if Family.APPROXIMATE in families:
        return REAL if one.kind == other.kind == Kind.REAL else DOUBLE
    if families == {Family.WHOLE}:
        return wider((one, other))
    return decimal_result(name, as_decimal(one), as_decimal(other))


def result_of(name: str) -> Callable[[Types, Constants], Type]:
    """Returns the typing of an operator."""

    def result(types: Types, constants: Constants) -> Type:
        check_count(name, len(types), 2, 2)
        one, other = types
        if NULL in types:
            return one if other == NULL else other
        if one.is_numeric and other.is_numeric:
            return number_result(name, one, other)
        if (found := moments.result(name, one, other)) is not None:
            return found
        raise TypeProblem(refusal(name, one, other))

    return result


def refusal(name: str, one: Type, other: Type) -> str:
    """Returns the sentence for operands that an operator does not take."""
    text = Family.TEXT in {one.family, other.family}
    hint = "; join texts with ||" if name == "+" and one.family == other.family == Family.TEXT else ""
    hint = hint or ("; CAST the text to a number first" if text else "")
    return f"{name} cannot {WORDS[name]} {one} and {other}{hint}."


EXACTLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": divide_exact,
}
PLAINLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def prepare_number(name: str, one: Type, other: Type) -> Callable[[Any, Any], Any]:
    """Returns the operation on two numbers of the types."""
    target = number_result(name, one, other)
    fit = fitter(target)
    if target.family == Family.EXACT:
        exactly = EXACTLY[name]
        return lambda a, b: fit(exactly(a, b))
    if target.family == Family.WHOLE:
        wholly = divide_whole if name == "/" else PLAINLY[name]
        return lambda a, b: fit(wholly(a, b))
    plainly = PLAINLY[name]
    return lambda a, b: fit(plainly(float(a), float(b)))


def prepare_of(name: str) -> Callable[[Types, Constants], Callable[..., Any]]:
    """Returns the preparation of an operator for operands of types."""

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        one, other = types
        if one.is_numeric and other.is_numeric:
            return prepare_number(name, one, other)
        return moments.prepare(name, one, other) if NULL not in types else PLAINLY[name]

    return prepare


def is_exact(name: str, one: Type, other: Type, target: Type) -> bool:
    """Returns whether every sum or difference of two DECIMALs has the result's digits, so that nothing is fitted."""
    sides = as_decimal(one), as_decimal(other)
    whole = max(side.size - side.scale for side in sides) + 1
    return name in "+-" and whole + target.scale <= target.size and one.kind != Kind.BIGINT != other.kind


def inline_number(name: str, one: Type, other: Type) -> str:
    """Returns the template of an operation on two numbers of the types."""
    target = number_result(name, one, other)
    if target.family == Family.EXACT:
        plain = f"decimal_{WORDS[name]}({{0}}, {{1}})"
        return plain if is_exact(name, one, other, target) else fit_template(target, plain)
    if target.family == Family.WHOLE:
        return fit_template(target, "divide_whole({0}, {1})" if name == "/" else f"{{0}} {name} {{1}}")
    sides = ("{0}", "{1}")
    left, right = (
        f"float({side})" if of.family == Family.EXACT else side for side, of in zip(sides, (one, other), strict=True)
    )
    return fit_template(target, f"{left} {name} {right}")


def inline_of(name: str) -> Callable[[Types], str | None]:
    """Returns the templates of an operator."""

    def inline(types: Types) -> str | None:
        one, other = types
        if one.is_numeric and other.is_numeric:
            return inline_number(name, one, other)
        return moments.inline(name, one, other) if NULL not in types else None

    return inline


def sign_result(types: Types, constants: Constants) -> Type:
    check_count("A sign", len(types), 1, 1)
    if not types[0].is_numeric and types[0].family not in {Family.INTERVAL, Family.NULL}:
        raise TypeProblem(f"A sign needs a number or an interval, not {types[0]}.")
    return types[0]


def prepare_negate(types: Types, constants: Constants) -> Callable[..., Any]:
    """Returns the change of a sign; the least whole number of a type has no positive twin."""
    of = types[0]
    if of.family == Family.WHOLE:
        fit = fitter(of)
        return lambda value: fit(-value)
    return EXACT.minus if of.family == Family.EXACT else lambda value: -value


def inline_negate(types: Types) -> str | None:
    of = types[0]
    if of.family == Family.EXACT:
        return "decimal_minus({0})"
    return fit_template(of, "-{0}") if of.family == Family.WHOLE else "(-{0})"


FUNCTIONS = [
    *(
        Function(
            name=name,
            result=result_of(name),
            call=PLAINLY[name],
            prepare=prepare_of(name),
            inline=inline_of(name),
        )
        for name in WORDS
    ),
    Function(
        name="NEGATE",
        result=sign_result,
        call=lambda value: -value,
        prepare=prepare_negate,
        inline=inline_negate,
        total=lambda types: types[0].family != Family.WHOLE,
    ),
    Function(name="PLUS", result=sign_result, call=lambda value: value, inline=lambda types: "{0}", total=True),
]
NAMES = {
    "divide_whole": divide_whole,
    "decimal_add": EXACT.add,
    "decimal_subtract": EXACT.subtract,
    "decimal_multiply": EXACT.multiply,
    "decimal_divide": divide_exact,
    "decimal_minus": EXACT.minus,
}
