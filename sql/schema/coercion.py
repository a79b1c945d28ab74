"""Converts the values of JSON to the values of columns, by the service's table.

| JSON | numbers | BOOLEAN | text | dates and times | bytes |
|---|---|---|---|---|---|
| null, or missing | NULL | NULL | NULL | NULL | NULL |
| true, false | 1, 0 | itself | 'true', 'false' | fault | one byte |
| number | itself; a fault if it would change | not 0 | its text | fault | fault |
| text | the number it says, else a fault | whether it is 'true' | itself, cut | the time it says | X'…' or base64 |
| array, object | fault | fault | its text, without blanks | fault | fault |

A DECIMAL is rounded to its scale; a REAL or DOUBLE takes the nearest number that it has.
"""

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from sql.schema import numbers, times
from sql.schema.faults import UnfitError
from sql.types import Family, Kind, Type

_HEX = re.compile(r"[Xx]'((?:[0-9A-Fa-f]{2})*)'")
_WHOLE_TEXT = re.compile(rb"-?[0-9]{1,4300}")  # more digits Python refuses to turn into text
_string = msgspec.json.Decoder(str).decode
_TIMES = {Family.TIMESTAMP: times.timestamp, Family.DATE: times.date, Family.TIME: times.clock_time}
_EPOCH_HINT = "is a number; take it as BIGINT, and convert it with TO_TIMESTAMP"

Cut = Callable[[], None]  # called when a value is cut to its column's length


@dataclass(frozen=True, slots=True)
class Coercer:
    """Holds the conversions into one type, from a text, a number's source text, a boolean, and an array or object.

    Each raises UnfitError. `exact` fits a number into a DECIMAL.
    """

    text: Callable[[str], Any]
    number: Callable[[str], Any]
    flag: Callable[[bool], Any]
    nested: Callable[[bytes], Any]
    exact: Callable[[Decimal], Decimal] | None = None

    def raw(self, source: bytes) -> Any:
        """Returns the value of a column from the source text of a JSON value, which is not null."""
        first = source[0]
        if first == 0x22:
            return self.text(_string(source))
        if first in b"-0123456789":
            return self.number(_number_text(source))
        if first in b"tf":
            return self.flag(first == 0x74)
        return self.nested(source)

    def plain(self, value: Any) -> Any:
        """Returns the value of a column from a text, a boolean, or a number as Python holds it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bool):
            return self.flag(value)
        if isinstance(value, list | dict):
            raise UnfitError("is an array or an object")
        return self.exact(Decimal(value)) if self.exact else self.number(str(value))


def _number_text(source: bytes) -> str:
    """Returns a number as a text holds it: a whole number in its shortest form, another as it was written."""
    return str(int(source)) if _WHOLE_TEXT.fullmatch(source) else source.decode()


def coercer(kind: Type, cut: Cut) -> Coercer:
    """Returns the conversions into a type."""
    if kind.is_numeric:
        return _numeric(kind)
    if kind.family == Family.TEXT:
        return _textual(kind, cut)
    if kind.family == Family.BYTES:
        return _binary(kind, cut)
    if kind.family == Family.BOOLEAN:
        return Coercer(lambda text: text.strip().lower() == "true", _nonzero, bool, _refuse_nested)
    return Coercer(_TIMES[kind.family], _refuse(_EPOCH_HINT), _refuse("is a boolean"), _refuse_nested)


def _numeric(kind: Type) -> Coercer:
    read = numbers.reader_of(kind)
    return Coercer(
        numbers.text_reader_of(kind),
        lambda text: read(_bounded(text)),
        lambda flag: read("1" if flag else "0"),
        _refuse_nested,
        numbers.exact_of(kind) if kind.family == Family.EXACT else None,
    )


def _bounded(text: str) -> str:
    if len(text) > numbers.DIGITS_MOST:
        raise UnfitError("has too many digits")
    return text


def _nonzero(text: str) -> bool:
    return any(digit in "123456789" for digit in re.split("[eE]", text)[0])


def _textual(kind: Type, cut: Cut) -> Coercer:
    fit = partial(_fit_padded if kind.kind == Kind.CHAR else _fit, kind.size, cut)
    return Coercer(fit, fit, lambda flag: fit("true" if flag else "false"), lambda raw: fit(_minified(raw)))


def _fit(size: int, cut: Cut, text: str) -> str:
    if len(text) <= size:
        return text
    cut()
    return text[:size]


def _fit_padded(size: int, cut: Cut, text: str) -> str:
    return _fit(size, cut, text).ljust(size)


def _minified(raw: bytes) -> str:
    return msgspec.json.format(raw, indent=-1).decode()


def _binary(kind: Type, cut: Cut) -> Coercer:
    return Coercer(
        partial(_bytes, kind.size, cut),
        _refuse("is a number, which bytes do not hold"),
        lambda flag: b"\x01" if flag else b"\x00",
        _refuse_nested,
    )


def _bytes(size: int, cut: Cut, text: str) -> bytes:
    """Returns the bytes that a text gives in hexadecimal, X'3F67', or else in base64."""
    found = _HEX.fullmatch(text)
    try:
        value = bytes.fromhex(found[1]) if found else binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except ValueError:
        raise UnfitError("is neither X'…' nor base64") from None
    if len(value) > size:
        cut()
    return value[:size]


def _refuse(why: str) -> Callable[[Any], Any]:
    def refuse(_value: object) -> Any:
        raise UnfitError(why)

    return refuse


_refuse_nested = _refuse("is an array or an object")
