"""Reads the columns that a script declares for a log parser, and turns the parts of a line into their values."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sql.errors import Fault, RowError
from sql.functions.calendar import DAY
from sql.functions.function import TypeProblem
from sql.functions.javadate import pieces
from sql.functions.javaparse import parse_date
from sql.functions.reading import reader
from sql.functions.rules import TIMES
from sql.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    LENGTH_MOST,
    REAL,
    SMALLINT,
    TIME,
    TIMESTAMP,
    TINYINT,
    Family,
    Kind,
    RowField,
    Type,
    decimal,
    varchar,
)

TEXT = varchar(1024)  # of a column without a type
MOST = 1_000  # columns
# Each part takes the blanks behind it, and gives none back, so that the time is linear in the text.
COLUMN = re.compile(
    r'\s*+(?:"(?P<quoted>(?:[^"]|"")++)"|(?P<name>[A-Za-z_]\w*+))\s*+(?:TYPE\b\s*+)?'
    r"(?:(?P<type>(?!NOT\b|START\b)[A-Za-z]++(?:\s+PRECISION\b)?)\s*+"
    r"(?:\(\s*+(?P<size>\d{1,5})\s*+(?:,\s*+(?P<scale>\d{1,2})\s*+)?\)\s*+)?)?"
    r"(?:'(?P<format>[^']*+)'\s*+)?(?P<needed>NOT\s++NULL\b\s*+)?"
    r"(?:START\s++(?P<start>\d{1,5})\s*+(?:FOR\s++(?P<length>\d{1,5})\s*+)?)?(?:,|$)",
    re.IGNORECASE,
)
SIMPLE = {
    **{str(of.kind): of for of in (TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, BOOLEAN, DATE, TIME, TIMESTAMP)},
    "INT": INTEGER,
    "FLOAT": DOUBLE,
    "DOUBLE PRECISION": DOUBLE,
}
Read = Callable[[str], Any]


class Column(NamedTuple):
    """Describes a column of a log parser; `start` and `length` are those of a fixed column, from 0."""

    name: str
    type: Type
    format: str = ""
    needed: bool = False
    start: int | None = None
    length: int | None = None


def numbered(count: int, of: Type = TEXT) -> list[Column]:
    """Returns COLUMN1 to COLUMNn."""
    if not 1 <= count <= MOST:
        raise TypeProblem(f"A log parser gives 1 to {MOST} columns, not {count}.")
    return [Column(f"COLUMN{number}", of) for number in range(1, count + 1)]


def row_type(columns: Sequence[Column]) -> Type:
    return Type(Kind.ROW, fields=tuple(RowField(column.name, column.type) for column in columns))


def columns_of(text: str) -> list[Column]:
    """Returns the columns of a declaration such as `a TYPE INTEGER, "b" TYPE TIMESTAMP 'dd/MMM/yyyy'`."""
    columns: list[Column] = []
    at = 0
    while at < len(text):
        found = COLUMN.match(text, at)
        if found is None:
            raise TypeProblem(f"The columns of a log parser are written name TYPE type, …; not '{text[at:][:60]}'.")
        columns.append(column(found))
        at = found.end()
    if not 1 <= len(columns) <= MOST:
        raise TypeProblem(f"A log parser gives 1 to {MOST} columns, not {len(columns)}.")
    return columns


def column(found: re.Match[str]) -> Column:
    """Returns the column of a declaration's part."""
    quoted = found["quoted"]
    name = quoted.replace('""', '"') if quoted else found["name"].upper()
    of = column_type(" ".join((found["type"] or "").upper().split()), found["size"], found["scale"])
    if found["format"] and of.family in TIMES:
        try:
            pieces(found["format"])
        except ValueError as problem:
            raise TypeProblem(f"Column {name}: {problem}") from None
    start, length = (int(found[key]) if found[key] else None for key in ("start", "length"))
    return Column(name, of, found["format"] or "", found["needed"] is not None, start, length)


def column_type(name: str, size: str | None, scale: str | None) -> Type:
    """Returns the type of a name and its numbers in parentheses."""
    if name in {"", "VARCHAR"}:
        return varchar(min(LENGTH_MOST, int(size))) if size else TEXT
    if name in {"CHAR", "CHARACTER"}:
        return Type(Kind.CHAR, min(LENGTH_MOST, int(size or 1)))
    if name in {"DECIMAL", "DEC", "NUMERIC"}:
        return decimal(int(size or 18), int(scale or 0))
    if name not in SIMPLE:
        raise TypeProblem(f"{name} is not a type of a log parser's column.")
    return SIMPLE[name]


def value_reader(of: Column) -> Read:
    """Returns the reading of a column's part of a line; an empty part is NULL, but for texts."""
    read = type_reader(of)
    if of.type.family != Family.TEXT:
        return lambda part: read(part) if part.strip(" ") else None
    return read


def type_reader(of: Column) -> Read:
    """Returns the reading of a part that is not empty."""
    size = of.type.size
    if of.type.kind == Kind.CHAR:
        return lambda part: part[:size].ljust(size)
    if of.type.kind == Kind.VARCHAR:
        return lambda part: part[:size]
    if not of.format:
        return reader(of.type)
    parse = partial(parse_date, of.format)
    if of.type.kind == Kind.DATE:
        return lambda part: parse(part) // DAY * DAY
    return (lambda part: parse(part) % DAY) if of.type.kind == Kind.TIME else parse


def row_reader(columns: Sequence[Column]) -> Callable[[Sequence[str | None]], tuple[Any, ...]]:
    """Returns the reading of a line's parts; a part that is not there is NULL, and raises for a NOT NULL column."""
    reads = [value_reader(column) for column in columns]
    needed = [(place, column.name) for place, column in enumerate(columns) if column.needed]
    count = len(columns)

    def row(parts: Sequence[str | None]) -> tuple[Any, ...]:
        padded = [*parts[:count], *[None] * (count - len(parts))]
        values = tuple(None if part is None else read(part) for read, part in zip(reads, padded, strict=True))
        for place, name in needed:
            if values[place] is None:
                raise RowError(Fault.NOT_NULL, f"Column {name} of a log line has no value.")
        return values

    return row
