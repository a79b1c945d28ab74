"""Reads the name of a type as schemas write it, such as DECIMAL(10,2)."""

import re

from sql.types import LENGTH_MOST, Family, Kind, Type

_PRECISION_MOST = 19  # of a DECIMAL: the service's page of types says 19, its other pages 18
_FORM = re.compile(
    r"\s*([A-Za-z_][A-Za-z_0-9]*(?:\s+[A-Za-z_]+)*)\s*(?:\(\s*([0-9]{1,9})\s*(?:,\s*([0-9]{1,9})\s*)?\))?\s*"
)
_KINDS = {
    "TINYINT": Kind.TINYINT,
    "SMALLINT": Kind.SMALLINT,
    "INTEGER": Kind.INTEGER,
    "INT": Kind.INTEGER,
    "BIGINT": Kind.BIGINT,
    "DECIMAL": Kind.DECIMAL,
    "DEC": Kind.DECIMAL,
    "NUMERIC": Kind.DECIMAL,
    "REAL": Kind.REAL,
    "FLOAT": Kind.DOUBLE,
    "DOUBLE": Kind.DOUBLE,
    "DOUBLE PRECISION": Kind.DOUBLE,
    "CHAR": Kind.CHAR,
    "CHARACTER": Kind.CHAR,
    "VARCHAR": Kind.VARCHAR,
    "CHAR VARYING": Kind.VARCHAR,
    "CHARACTER VARYING": Kind.VARCHAR,
    "BINARY": Kind.BINARY,
    "VARBINARY": Kind.VARBINARY,
    "BINARY VARYING": Kind.VARBINARY,
    "BOOLEAN": Kind.BOOLEAN,
    "DATE": Kind.DATE,
    "TIME": Kind.TIME,
    "TIMESTAMP": Kind.TIMESTAMP,
}
_ELSEWHERE = {  # names of other dialects, each with the type that is meant
    "STRING": "VARCHAR",
    "TEXT": "VARCHAR",
    "NVARCHAR": "VARCHAR",
    "VARCHAR2": "VARCHAR",
    "LONG": "BIGINT",
    "INT64": "BIGINT",
    "INT32": "INTEGER",
    "BYTE": "TINYINT",
    "SHORT": "SMALLINT",
    "BOOL": "BOOLEAN",
    "BIT": "BOOLEAN",
    "DATETIME": "TIMESTAMP",
    "NUMBER": "DECIMAL",
    "BYTES": "VARBINARY",
    "BLOB": "VARBINARY",
}
_SINGLE_DIGITS = 24  # FLOAT(n) up to here is a REAL


class TypeNameError(ValueError):
    """Means that a text names no type; the message is the end of a sentence about it."""


def read_type(text: str) -> Type:
    """Returns the type that a text names. Raises TypeNameError."""
    found = _FORM.fullmatch(text)
    name = " ".join(found[1].upper().split()) if found else ""
    if not found or name not in _KINDS:
        meant = _ELSEWHERE.get(name)
        raise TypeNameError(
            f"{text!r} is not a type{f'; did you mean {meant}?' if meant else f'; there are: {_known()}.'}"
        )
    numbers = [int(each) for each in found.groups()[1:] if each is not None]
    return _sized(text, _KINDS[name], name, numbers)


def _known() -> str:
    return ", ".join(kind for kind in dict.fromkeys(_KINDS.values()))


def _sized(text: str, kind: Kind, name: str, numbers: list[int]) -> Type:
    """Returns the type with its length, or its precision and scale."""
    if kind == Kind.DECIMAL:
        return _decimal(text, *numbers)
    if len(numbers) > 1:
        raise TypeNameError(f"{text!r} has two numbers in brackets, where {name} takes one at most.")
    plain = Type(kind)
    if plain.family in {Family.TEXT, Family.BYTES}:
        default = 1 if kind in {Kind.CHAR, Kind.BINARY} else LENGTH_MOST
        length = min(numbers[0], LENGTH_MOST) if numbers else default
        if not length:
            raise TypeNameError(f"{text!r} has the length 0; a length is at least 1.")
        return Type(kind, length)
    if name == "FLOAT" and numbers and numbers[0] <= _SINGLE_DIGITS:
        return Type(Kind.REAL)
    if numbers and name != "FLOAT" and plain.family not in {Family.TIME, Family.TIMESTAMP}:
        raise TypeNameError(f"{text!r} has a number in brackets, which {name} does not take.")
    return plain


def _decimal(text: str, precision: int = 18, scale: int = 0) -> Type:
    if not 1 <= precision <= _PRECISION_MOST:
        raise TypeNameError(f"{text!r} has a precision of {precision}; a DECIMAL has 1 to {_PRECISION_MOST} digits.")
    if scale > precision:
        raise TypeNameError(f"{text!r} has more digits after the point than it has digits.")
    return Type(Kind.DECIMAL, precision, scale)
