"""Finds the kinds of columns of text, and converts them. Pure: PyArrow alone, no Django, no clock, no I/O.

A kind is found only where the text of each cell can be told from the value, so that nothing is changed: 007, +49 and an
id of 20 digits stay text. A kind that a person declares takes more ways of writing.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from archive.columns import INT64
from common.text import quoted

EXACT = 10**15  # whole numbers below this one, of 15 digits, are exact as doubles
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_MARK = {ord(each): None for each in ". \u00a0\u202f"} | {ord(","): "."}
_COMMA = r"^-?(?:[0-9]+|[0-9]{1,3}(?:[. \x{a0}\x{202f}][0-9]{3})+)(?:,[0-9]+)?$"
_IS_COMMA = re.compile(_COMMA.replace(r"\x{a0}\x{202f}", "\u00a0\u202f").strip("^$")).fullmatch
_IS_INT = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII).fullmatch
_IS_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII).fullmatch


class Kind(NamedTuple):
    """Describes a kind: its type in the file, the form in which it is found, and the reader of one declared cell."""

    column: pa.DataType
    form: str  # for RE2; "" for any text
    read: Callable[[str, str], Any]  # of a cell and a format; raises ValueError


class Misfit(NamedTuple):
    """Names a cell that its column cannot hold, by the place of its row."""

    row: int
    cell: str


def _boolean(cell: str, form: str) -> bool:
    lower = cell.lower()
    if lower not in TRUE + FALSE:
        raise ValueError(cell)
    return lower in TRUE


def _int(cell: str, form: str) -> int:
    if not _IS_INT(cell) or not -INT64 <= int(cell) < INT64:
        raise ValueError(cell)
    return int(cell)


def _double(cell: str, form: str) -> float:
    if not _IS_NUMBER(cell):
        raise ValueError(cell)
    return float(cell)


@lru_cache(maxsize=1 << 14)  # lines of logs come by the dozen with the same second
def _timestamp(cell: str, form: str) -> datetime:
    moment = datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)  # noqa: DTZ007 - UTC if it has none
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _date(cell: str, form: str) -> date:
    return _timestamp(cell, form).date() if form else date.fromisoformat(cell)


def _text(cell: str, form: str) -> str:
    return cell


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?"
_ZONE = "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_WHOLE = "-?(?:0|[1-9][0-9]{0,18})"
KINDS = {
    "boolean": Kind(pa.bool_(), "^(?i:true|false)$", _boolean),
    "int": Kind(pa.int64(), f"^{_WHOLE}$", _int),
    "double": Kind(
        pa.float64(),
        r"^(?:-?(?:0|[1-9][0-9]{0,14})|-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]{1,3})?)$",
        _double,
    ),
    "date": Kind(pa.date32(), f"^{_DAY}$", _date),
    "timestamp": Kind(pa.timestamp("us"), f"^{_DAY}(?:[ T]{_TIME}{_ZONE}?)?$", _timestamp),
    "text": Kind(pa.string(), "", _text),
}


class Column(NamedTuple):
    """Describes a column of a table. Its kind is None while all its cells were empty."""

    name: str
    kind: str | None = None
    form: str = ""  # of dates, as strptime has it; "": ISO 8601
    declared: bool = False  # a cell that does not fit makes its line bad; else the kind is widened
    big: bool = False  # has whole numbers that a double cannot hold exactly


def cells_of(values: Sequence[str | None], null: str | None) -> pa.StringArray:
    """Returns the cells of a column; those that equal the text for null are null."""
    cells = pa.array(values, pa.string())
    return cells if null is None else pc.if_else(pc.equal(cells, null), None, cells)


def trimmed(cells: pa.StringArray, *, decimal_comma: bool) -> pa.StringArray:
    """Returns the cells as a kind other than text reads them: without blanks around, and null if nothing is left."""
    cells = pc.utf8_trim_whitespace(cells)
    cells = pc.if_else(pc.equal(cells, ""), None, cells)
    if decimal_comma and pc.any(pc.match_substring_regex(cells, _COMMA)).as_py():
        return pa.array([_with_point(each) for each in cells.to_pylist()], pa.string())
    return cells


def _with_point(cell: str | None) -> str | None:
    return cell.translate(_MARK) if cell and _IS_COMMA(cell) else cell


def discovered(cells: pa.StringArray, known: Column) -> Column:
    """Returns the column with the narrowest kind that holds these bare cells and those of the kind that is known."""
    if known.kind == "text" or known.declared or cells.null_count == len(cells):
        return known
    kind = next(name for name in KINDS if _converted(name, cells) is not None)
    big = known.big or (kind == "int" and _is_big(_converted("int", cells)))
    return known._replace(kind=_joined(known.kind, kind, big=big), big=big)


def _is_big(numbers: pa.Int64Array) -> bool:
    edges = pc.min_max(numbers).as_py()
    return bool(edges["min"] <= -EXACT or edges["max"] >= EXACT)


def _joined(one: str | None, other: str, *, big: bool) -> str:
    kinds = {one or other, other}
    if kinds == {"int", "double"} and not big:
        return "double"
    return "timestamp" if kinds == {"date", "timestamp"} else kinds.pop() if len(kinds) == 1 else "text"


def convert(column: Column, cells: pa.StringArray, bare_cells: pa.StringArray) -> tuple[pa.Array, list[Misfit]]:
    """Returns the values of a column, null where a cell does not fit, and the cells that do not fit."""
    kind = column.kind or "text"
    if kind == "text":
        return cells, []
    values = None if column.form else _converted(kind, bare_cells)
    return (values, []) if values is not None else _one_by_one(column, kind, bare_cells)


def misfit_reason(column: Column) -> str:
    """Returns why a line is bad that has a cell that does not fit."""
    return f"{quoted(column.name)} is no {column.kind}{f' written as {column.form}' if column.form else ''}"


def odd_row(before: Column, cells: pa.StringArray) -> int | None:
    """Returns the row of the first cell because of which a column became text; None if it cannot be told."""
    first = next((cell for cell in cells.to_pylist() if cell is not None), None)
    kind = before.kind or discovered(pa.array([first], pa.string()), before).kind or "text"
    form = KINDS[{"int": "double", "date": "timestamp"}.get(kind, kind)].form
    row: int = pc.index(pc.match_substring_regex(cells, form), False).as_py() if form else -1
    return None if row < 0 else row


def _one_by_one(column: Column, kind: str, cells: pa.StringArray) -> tuple[pa.Array, list[Misfit]]:
    values, misfits, read = [], [], KINDS[kind].read
    for row, cell in enumerate(cells.to_pylist()):
        try:
            values.append(None if cell is None else read(cell, column.form))
        except (ValueError, OverflowError):
            values.append(None)
            misfits.append(Misfit(row, cell))
    return pa.array(values, KINDS[kind].column), misfits


def _converted(kind: str, cells: pa.StringArray) -> pa.Array | None:
    """Returns the values if all cells are written as the kind is found; else None."""
    form, column = KINDS[kind].form, KINDS[kind].column
    if not form:
        return cells
    if pc.all(pc.match_substring_regex(cells, form)).as_py() is False:
        return None
    try:
        if kind == "timestamp":
            zoned = pc.match_substring_regex(cells, f"{_TIME}{_ZONE}$")
            times = pc.if_else(pc.match_substring(cells, ":"), cells, pc.binary_join_element_wise(cells, "00:00", " "))
            times = pc.if_else(zoned, times, pc.binary_join_element_wise(times, "Z", ""))
            return times.cast(pa.timestamp("us", "UTC")).cast(column)
        return cells.cast(column)
    except (pa.ArrowInvalid, OverflowError):  # such as the 30th of February
        return None
