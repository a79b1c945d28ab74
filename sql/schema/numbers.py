"""Reads numbers as records write them into the numeric types, and refuses the numbers that a type would change."""

import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import partial
from math import inf, isfinite

from sql.schema.faults import UnfitError
from sql.types import Family, Kind, Type

DIGITS_MOST = 400  # characters of a number's text: a DOUBLE has 309 digits at most
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_QUICK_DIGITS = 19  # as many digits go into 64 bits
_SINGLE = struct.Struct("<f")

Reader = Callable[[str], object]  # from a number's text


def reader_of(kind: Type) -> Reader:
    """Returns the function that reads a number's text as a value of a numeric type; it raises UnfitError."""
    if kind.family == Family.WHOLE:
        return partial(_whole, kind.bounds, str(kind))
    if kind.family == Family.EXACT:
        fit = exact_of(kind)
        return lambda text: fit(_decimal(text, str(kind)))
    return single if kind.kind == Kind.REAL else double


def exact_of(kind: Type) -> Callable[[Decimal], Decimal]:
    """Returns the function that fits a number into a DECIMAL; it rounds half up, and raises UnfitError."""
    zero, limit = Decimal(0).scaleb(-kind.scale), Decimal(1).scaleb(kind.size - kind.scale)
    least = -limit

    def fit(value: Decimal) -> Decimal:
        try:
            found = value.quantize(zero, context=_EXACT)
        except InvalidOperation:
            found = limit
        if least < found < limit:
            return found or zero  # there is no -0
        raise UnfitError(f"does not fit {kind}, which has {kind.size - kind.scale} digits before the point")

    return fit


def text_reader_of(kind: Type) -> Reader:
    """Returns the function that reads a text as a value of a numeric type: the number that it says."""
    read = reader_of(kind)
    greatest = kind.bounds[1] if kind.family == Family.WHOLE else 0

    def read_whole(text: str) -> object:
        if len(text) < _QUICK_DIGITS and text.isdigit() and text.isascii() and (value := int(text)) <= greatest:
            return value
        return read(checked(text))

    def read_double(text: str) -> object:
        if len(text) < _QUICK_DIGITS and text.isascii() and "_" not in text:
            try:
                value = float(text)
            except ValueError:
                value = inf  # the sentence about it comes from checked()
            if isfinite(value):
                return value
        return read(checked(text))

    if kind.family == Family.WHOLE:
        return read_whole
    return read_double if kind.kind == Kind.DOUBLE else lambda text: read(checked(text))


def checked(text: str) -> str:
    """Returns the text of a number without blanks around it. Raises UnfitError if it is none."""
    stripped = text.strip()
    if len(stripped) > DIGITS_MOST or not _NUMBER.fullmatch(stripped):
        raise UnfitError("is not a number")
    return stripped


def _whole(bounds: tuple[int, int], name: str, text: str) -> int:
    value = int(text) if _WHOLE.fullmatch(text) else _integral(text, name)
    if not bounds[0] <= value <= bounds[1]:
        raise UnfitError(f"does not fit {name}, which goes from {bounds[0]} to {bounds[1]}")
    return value


def _integral(text: str, name: str) -> int:
    """Returns the whole number that a text with a point or an exponent is."""
    value = _decimal(text, name)
    if value.adjusted() > 30:
        raise UnfitError(f"does not fit {name}")
    if value != value.to_integral_value():
        raise UnfitError(f"has a fraction, which {name} would lose")
    return int(value)


def _decimal(text: str, name: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnfitError(f"does not fit {name}") from None


def double(text: str) -> float:
    """Returns the text as a DOUBLE."""
    value = float(text)
    if not isfinite(value):
        raise UnfitError("does not fit DOUBLE")
    return value


def single(text: str) -> float:
    """Returns the text as a REAL."""
    return rounded(float(text))


def rounded(value: float) -> float:
    """Returns a number rounded to 32 bits."""
    try:
        found: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except OverflowError:
        raise UnfitError("does not fit REAL") from None
    if not isfinite(found):
        raise UnfitError("does not fit REAL")
    return found
