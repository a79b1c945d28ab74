"""Fits numbers into their types: ranges of whole numbers, digits of decimals, 32 bits of a REAL."""

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from math import isfinite
from struct import Struct
from typing import Any

from sql.errors import Fault, RowError
from sql.types import DIGITS_MOST, Family, Kind, Type

TRAPS = [InvalidOperation, DivisionByZero, Overflow]
# Sums, differences and products of two decimals of 18 digits are exact with 60 digits. A quotient is cut to 60 digits,
# so that the rounding to its scale, away from 0, is the only one.
EXACT = Context(prec=60, rounding=ROUND_DOWN, traps=TRAPS)
FITTING = [Context(prec=max(1, digits), rounding=ROUND_HALF_UP, traps=TRAPS) for digits in range(DIGITS_MOST + 1)]
EXPONENTS = [Decimal(1).scaleb(-scale) for scale in range(DIGITS_MOST + 1)]
REAL = Struct("<f")  # the form that raises OverflowError
INFINITY = float("inf")


def out_of_range(value: object, kind: str) -> Any:
    """Raises the fault of a number that its type cannot hold."""
    raise RowError(Fault.ARITHMETIC, f"{shown(value)} is out of the range of {kind}.")


def shown(value: object) -> str:
    """Returns a value as messages show it: at most 60 characters."""
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def fit_decimal(value: Decimal | int, size: int, scale: int) -> Decimal:
    """Returns a number with `scale` digits after the point, rounded half away from 0; raises beyond `size` digits."""
    context = FITTING[size]
    try:
        return context.plus(context.quantize(Decimal(value), EXPONENTS[scale]))  # plus makes -0 a 0
    except InvalidOperation:
        return out_of_range(value, f"DECIMAL({size},{scale})")  # type: ignore[no-any-return]


def fit_real(value: float) -> float:
    """Returns a number rounded to 32 bits; raises when it is too great."""
    try:
        return REAL.unpack(REAL.pack(value))[0]  # type: ignore[no-any-return]
    except OverflowError:
        return out_of_range(value, "REAL")  # type: ignore[no-any-return]


def fit_double(value: float) -> float:
    """Returns a number; raises for an infinite one, which neither JSON nor the service's own columns have."""
    if isfinite(value):
        return value
    raise RowError(Fault.ARITHMETIC, "The result is out of the range of DOUBLE.")


def fit_int(value: int, least: int, greatest: int, kind: str) -> int:
    return value if least <= value <= greatest else out_of_range(value, kind)


def round_whole(value: float | Decimal) -> int:
    """Returns the nearest whole number; a half is rounded away from 0, so that -1.5 becomes -2."""
    whole = int(value)
    rest = value - whole  # exact: a part of the value's own digits
    return whole + (rest >= 0.5) - (rest <= -0.5)


def real_text(value: float) -> str:
    """Returns a REAL with the fewest digits that name it, such as 0.1."""
    return next(text for digits in range(6, 18) if fit_real(float(text := f"{value:.{digits}g}")) == value)


def fitter(target: Type) -> Callable[[Any], Any]:
    """Returns the function that fits a computed number into a numeric type; whole numbers come as int."""
    if target.family == Family.WHOLE:
        least, greatest = target.bounds
        kind = str(target.kind)
        return lambda value: fit_int(value, least, greatest, kind)
    if target.family == Family.EXACT:
        size, scale = target.size, target.scale
        return lambda value: fit_decimal(value, size, scale)
    return fit_real if target.kind == Kind.REAL else fit_double


def fit_template(target: Type, value: str) -> str:
    """Returns the Python expression that fits the number of the expression `value` into a type."""
    if target.family == Family.WHOLE:
        least, greatest = target.bounds
        return f"(_v if {least} <= (_v := {value}) <= {greatest} else out_of_range(_v, '{target.kind}'))"
    if target.family == Family.EXACT:
        return f"fit_decimal({value}, {target.size}, {target.scale})"
    if target.kind == Kind.REAL:
        return f"fit_real({value})"
    return f"(_v if -INFINITY < (_v := {value}) < INFINITY else fit_double(_v))"


def divide_whole(one: int, other: int) -> int:
    """Returns the quotient cut toward 0."""
    quotient = one // other
    return quotient + 1 if quotient < 0 and quotient * other != one else quotient


def divide_exact(one: Decimal | int, other: Decimal | int) -> Decimal:
    if not other:
        raise ZeroDivisionError
    return EXACT.divide(one, other)
