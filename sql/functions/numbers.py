"""Defines the functions of numbers. A half is rounded away from 0."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from sql.errors import Fault, RowError
from sql.functions.arguments import check_count, first_type, takes
from sql.functions.casting import cast_to
from sql.functions.function import Constants, Function, Types
from sql.functions.rules import common_number, common_type
from sql.functions.values import EXACT, divide_whole, fit_decimal, fit_double, fitter
from sql.types import DIGITS_MOST, DOUBLE, Family, Type, decimal

DIGITS_SHIFT = 400  # a DOUBLE has no digits beyond
WIDE = EXACT.copy()
WIDE.prec = 2 * DIGITS_SHIFT


def whole_result(types: Types, constants: Constants) -> Type:
    """Returns the type of FLOOR and CEIL: a DECIMAL loses its scale and may gain a digit."""
    of = types[0]
    return decimal(min(DIGITS_MOST, of.size - of.scale + 1)) if of.family == Family.EXACT else of


def prepare_whole(rounding: str, plainly: Callable[[float], int]) -> Callable[[Types, Constants], Callable[..., Any]]:
    """Returns the preparation of FLOOR or CEIL."""

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        of = types[0]
        if of.family == Family.WHOLE:
            return lambda value: value
        if of.family == Family.EXACT:
            return lambda value: EXACT.plus(value.to_integral_value(rounding))
        return lambda value: float(plainly(value))

    return prepare


def inline_whole(word: str) -> Callable[[Types], str | None]:
    """Returns the templates of FLOOR or CEIL."""

    def inline(types: Types) -> str | None:
        families = {Family.WHOLE: "{0}", Family.APPROXIMATE: f"float({word}({{0}}))"}
        return families.get(types[0].family)

    return inline


def rounded(value: Any, digits: int, rounding: str) -> Decimal:
    """Returns a number with some digits after the point; negative digits round before it."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if digits >= -exact.as_tuple().exponent:  # type: ignore[operator]  # a finite number has a whole exponent
        return exact
    return exact.quantize(Decimal(1).scaleb(-max(digits, -DIGITS_SHIFT)), rounding, WIDE)


def prepare_round(rounding: str) -> Callable[[Types, Constants], Callable[..., Any]]:
    """Returns the preparation of ROUND or TRUNC; the result has the argument's type."""

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        of = types[0]
        fit = fitter(of)
        if of.family == Family.WHOLE:
            return lambda value, digits=0: fit(int(rounded(value, digits, rounding))) if digits < 0 else value
        if of.family == Family.EXACT:
            return lambda value, digits=0: fit_decimal(rounded(value, digits, rounding), of.size, of.scale)
        return lambda value, digits=0: fit(float(rounded(value, digits, rounding)))

    return prepare


def prepare_abs(types: Types, constants: Constants) -> Callable[..., Any]:
    fit = fitter(types[0])
    return (lambda value: fit(abs(value))) if types[0].family == Family.WHOLE else abs


def modulo(value: int, by: int) -> int:
    """Returns the remainder with the sign of the dividend."""
    return value - divide_whole(value, by) * by


def modulo_exact(value: Decimal | int, by: Decimal | int) -> Decimal:
    if not by:
        raise ZeroDivisionError
    return EXACT.plus(EXACT.remainder(value, by))


def mod_result(types: Types, constants: Constants) -> Type:
    return common_number([each for each in types if each.is_numeric] or [DOUBLE])


def prepare_mod(types: Types, constants: Constants) -> Callable[..., Any]:
    target = mod_result(types, constants)
    if target.family == Family.WHOLE:
        return modulo
    if target.family == Family.EXACT:
        return lambda value, by: fit_decimal(modulo_exact(value, by), target.size, target.scale)
    return lambda value, by: math.fmod(value, by) if by else divide_whole(1, 0)


def real(name: str, letters: str, work: Callable[..., float]) -> Function:
    """Returns a function on floating-point numbers; a number outside its domain is a row's fault."""

    def call(*values: Any) -> float:
        try:
            return fit_double(work(*map(float, values)))
        except ValueError:
            shown = ", ".join(map(str, values))
            raise RowError(Fault.ARITHMETIC, f"{name}({shown}) is not defined.") from None
        except OverflowError:
            shown = ", ".join(map(str, values))
            raise RowError(Fault.ARITHMETIC, f"{name}({shown}) is out of the range of DOUBLE.") from None

    return Function(name=name, result=takes(name, letters, DOUBLE), call=call)


def extreme(name: str, choose: Callable[..., Any]) -> Function:
    """Returns GREATEST or LEAST of one or more values of a common type."""

    def result(types: Types, constants: Constants) -> Type:
        check_count(name, len(types), 1, 1000)
        return common_type(types)

    def prepare(types: Types, constants: Constants) -> Callable[..., Any]:
        target = common_type(types)
        if not target.is_numeric:
            return lambda *values: choose(values)
        converts = [cast_to(each, target) for each in types]
        return lambda *values: choose(convert(value) for convert, value in zip(converts, values, strict=True))

    return Function(name=name, result=result, call=choose, prepare=prepare)


def whole(name: str, rounding: str, plainly: Callable[[float], int], word: str) -> Function:
    """Returns FLOOR or CEIL of a number."""
    return Function(
        name=name,
        result=takes(name, "n", whole_result),
        call=plainly,
        prepare=prepare_whole(rounding, plainly),
        inline=inline_whole(word),
        total=True,
    )


def rounding_of(name: str, rounding: str) -> Function:
    """Returns ROUND or TRUNC, which the service did not document."""
    prepare = prepare_round(rounding)
    return Function(name=name, result=takes(name, "ni", first_type, least=1), call=round, prepare=prepare)


FUNCTIONS = [
    Function(name="ABS", result=takes("ABS", "n", first_type), call=abs, prepare=prepare_abs),
    whole("FLOOR", ROUND_FLOOR, math.floor, "floor"),
    whole("CEIL", ROUND_CEILING, math.ceil, "ceil"),
    whole("CEILING", ROUND_CEILING, math.ceil, "ceil"),
    Function(name="MOD", result=takes("MOD", "nn", mod_result), call=modulo, prepare=prepare_mod),
    real("POWER", "nn", math.pow),
    real("EXP", "n", math.exp),
    real("LN", "n", math.log),
    real("LOG10", "n", math.log10),
    real("SQRT", "n", math.sqrt),
    rounding_of("ROUND", ROUND_HALF_UP),
    rounding_of("TRUNC", ROUND_DOWN),
    extreme("GREATEST", max),
    extreme("LEAST", min),
]
NAMES: dict[str, object] = {"floor": math.floor, "ceil": math.ceil}
