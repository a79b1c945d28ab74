"""Defines the types of the dialect and how their values are held.

| family | types | held as |
|---|---|---|
| whole | TINYINT, SMALLINT, INTEGER, BIGINT | int |
| exact | DECIMAL(p, s) | decimal.Decimal |
| approximate | REAL (float32), DOUBLE | float; a REAL is rounded to 32 bits |
| text | CHAR(n), VARCHAR(n) | str; n counts code points |
| bytes | BINARY(n), VARBINARY(n) | bytes |
| boolean | BOOLEAN | bool |
| time | DATE, TIME, TIMESTAMP | int: milliseconds since 1970 in UTC; of a TIME, since midnight |
| interval | INTERVAL | int, milliseconds, or months with YEAR, MONTH or YEAR TO MONTH; only inside expressions |
| row | the result of a log parser | tuple |

NULL is None in every family.
"""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    WHOLE = "whole"
    EXACT = "exact"
    APPROXIMATE = "approximate"
    TEXT = "text"
    BYTES = "bytes"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    ROW = "row"
    NULL = "null"


class Kind(StrEnum):
    """Names a type as the dialect's documentation writes it."""

    TINYINT = "TINYINT"
    SMALLINT = "SMALLINT"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    DECIMAL = "DECIMAL"
    REAL = "REAL"
    DOUBLE = "DOUBLE"
    CHAR = "CHAR"
    VARCHAR = "VARCHAR"
    BINARY = "BINARY"
    VARBINARY = "VARBINARY"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    TIME = "TIME"
    TIMESTAMP = "TIMESTAMP"
    INTERVAL = "INTERVAL"
    ROW = "ROW"
    NULL = "NULL"  # of the literal NULL alone


FAMILIES = {
    Kind.TINYINT: Family.WHOLE,
    Kind.SMALLINT: Family.WHOLE,
    Kind.INTEGER: Family.WHOLE,
    Kind.BIGINT: Family.WHOLE,
    Kind.DECIMAL: Family.EXACT,
    Kind.REAL: Family.APPROXIMATE,
    Kind.DOUBLE: Family.APPROXIMATE,
    Kind.CHAR: Family.TEXT,
    Kind.VARCHAR: Family.TEXT,
    Kind.BINARY: Family.BYTES,
    Kind.VARBINARY: Family.BYTES,
    Kind.BOOLEAN: Family.BOOLEAN,
    Kind.DATE: Family.DATE,
    Kind.TIME: Family.TIME,
    Kind.TIMESTAMP: Family.TIMESTAMP,
    Kind.INTERVAL: Family.INTERVAL,
    Kind.ROW: Family.ROW,
    Kind.NULL: Family.NULL,
}
NUMERIC = frozenset({Family.WHOLE, Family.EXACT, Family.APPROXIMATE})
BITS = {Kind.TINYINT: 8, Kind.SMALLINT: 16, Kind.INTEGER: 32, Kind.BIGINT: 64}
DIGITS_MOST = 18  # of a DECIMAL
LENGTH_MOST = 65_535  # of a text or of bytes; a bare VARCHAR has it


@dataclass(frozen=True, slots=True)
class Type:
    """Describes a type. `size` is the length of text and bytes, or the precision of a DECIMAL; `scale` is a DECIMAL's.

    `unit` is the qualifier of an INTERVAL, such as SECOND or DAY TO SECOND. `fields` are those of a ROW.
    """

    kind: Kind
    size: int = 0
    scale: int = 0
    unit: str = ""
    fields: tuple["RowField", ...] = ()

    @property
    def family(self) -> Family:
        return FAMILIES[self.kind]

    @property
    def is_numeric(self) -> bool:
        return self.family in NUMERIC

    @property
    def bounds(self) -> tuple[int, int]:
        """Returns the least and the greatest value of a whole number's type."""
        half = 1 << BITS[self.kind] - 1
        return -half, half - 1

    def __str__(self) -> str:
        """Returns the type as the dialect writes it, such as VARCHAR(16)."""
        if self.kind == Kind.DECIMAL:
            return f"DECIMAL({self.size},{self.scale})"
        if self.family in {Family.TEXT, Family.BYTES}:
            return f"{self.kind}({self.size})"
        return f"INTERVAL {self.unit}".rstrip() if self.kind == Kind.INTERVAL else str(self.kind)


@dataclass(frozen=True, slots=True)
class RowField:
    """Describes a field of a row value."""

    name: str
    type: Type


TINYINT, SMALLINT, INTEGER, BIGINT = (Type(kind) for kind in BITS)
REAL, DOUBLE, BOOLEAN = Type(Kind.REAL), Type(Kind.DOUBLE), Type(Kind.BOOLEAN)
DATE, TIME, TIMESTAMP = Type(Kind.DATE), Type(Kind.TIME), Type(Kind.TIMESTAMP)
VARCHAR, NULL = Type(Kind.VARCHAR, LENGTH_MOST), Type(Kind.NULL)


def decimal(size: int = DIGITS_MOST, scale: int = 0) -> Type:
    """Returns DECIMAL(size, scale)."""
    return Type(Kind.DECIMAL, size, scale)


def varchar(length: int) -> Type:
    """Returns VARCHAR(length)."""
    return Type(Kind.VARCHAR, length)


def interval(unit: str = "SECOND") -> Type:
    """Returns the type of an interval of a qualifier, such as SECOND or DAY TO SECOND."""
    return Type(Kind.INTERVAL, unit=unit)
