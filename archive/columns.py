"""Makes columns of the JSON objects of records, so that no value is lost.

Each field has one kind for all files of its stream: that of its first value. A record with a value of another kind, of
more than its columns can hold, or written in another way than they give it back, such as 1.50, keeps its whole text in
`_raw`. Blanks are not kept, and fields that are null are held as absent ones. Pure: no Django, no clock, no I/O.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from operator import eq, itemgetter
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

MOST_COLUMNS = 200  # of a stream: senders choose the fields
MOST_NAME = 128  # characters of a field's name
INT64 = 2**63
OWN = ("_arrived", "_shard", "_sequence", "_sub", "_key", "_raw")
ERROR = "_error"
Row = dict[str, Any]

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.encode


def _is_int64(value: Any) -> bool:
    return type(value) is int and -INT64 <= value < INT64


def _is_text(value: Any) -> bool:
    return type(value) is str and _is_unicode(value)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


class Kind(NamedTuple):
    """Describes a kind of columns: its type in the file, and whether it holds a value of JSON exactly."""

    column: pa.DataType
    holds: Callable[[Any], bool]
    python: frozenset[type]  # the only types for which `holds` need not be asked, with `within`
    within: bool = True  # every value of those types is held


KINDS = {
    "boolean": Kind(pa.bool_(), lambda value: type(value) is bool, frozenset({bool})),
    "whole": Kind(pa.int64(), _is_int64, frozenset({int}), within=False),
    "number": Kind(pa.float64(), lambda value: type(value) is float, frozenset({float})),
    "text": Kind(pa.string(), _is_text, frozenset({str}), within=False),
    "json": Kind(pa.string(), lambda value: type(value) in (list, dict), frozenset({list, dict})),
}


class Decoded(NamedTuple):
    """Holds the records of a file, as columns of equal length, and the places of those that are no JSON objects."""

    columns: dict[str, pa.Array]  # of the fields
    raw: list[bytes | None]  # the text of each record whose columns do not hold all of it
    kinds: dict[str, str]  # of the columns that are new
    refused: dict[int, str]  # by the place among all records given: the reason


def decode(datas: Sequence[bytes], known: Mapping[str, str], *, keep_all: bool = False) -> Decoded:
    """Decodes the bytes of records. `known` has the kinds of the stream's columns by name.

    With `keep_all`, each record keeps its text too.
    """
    try:
        rows: list[Row] = list(map(_decode, datas))
        refused: dict[int, str] = {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        rows, refused = _one_by_one(datas)
        datas = [data for place, data in enumerate(datas) if place not in refused]
    raw: list[bytes | None] = [*datas] if keep_all else _inexact(rows, datas)
    kinds, new = dict(known), {}
    shapes = dict.fromkeys(map(tuple, rows))
    for name in dict.fromkeys(chain.from_iterable(shapes)):
        if name in kinds:
            continue
        kind = _kind(name, rows) if len(kinds) < MOST_COLUMNS else None
        if kind:
            kinds[name] = new[name] = kind
        else:
            _keep([place for place, row in enumerate(rows) if row.get(name) is not None], datas, raw)
    columns = {name: _column(KINDS[kind], _values(name, rows, shapes), datas, raw) for name, kind in kinds.items()}
    return Decoded(columns, raw, new, refused)


def _values(name: str, rows: Sequence[Row], shapes: Iterable[tuple[str, ...]]) -> list[Any]:
    if all(name in shape for shape in shapes):
        return list(map(itemgetter(name), rows))
    return [row.get(name) for row in rows]


def objects(
    columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], raw: Sequence[bytes | None]
) -> Iterable[bytes]:
    """Yields the JSON object of each record again: its text, or that of its columns without fields that are null."""
    parsed = {name: kinds.get(name) == "json" for name in columns}
    held = [_parsed(column) if parsed[name] else column for name, column in columns.items()]
    whole = not any(None in column for column in held)
    rows = zip(*held, strict=True) if held else repeat((), len(raw))
    for text, row in zip(raw, rows, strict=True):
        if text is not None:
            yield text
        elif whole:
            yield _encode(dict(zip(columns, row, strict=True)))
        else:
            pairs = zip(columns, row, strict=True)
            yield _encode({name: value for name, value in pairs if value is not None})


def _parsed(column: Sequence[str | None]) -> list[msgspec.Raw | None]:
    return [None if text is None else msgspec.Raw(text.encode()) for text in column]


def _inexact(rows: Sequence[Row], datas: Sequence[bytes]) -> list[bytes | None]:
    """Returns the bytes of each record that its values do not give back but for blanks, as of 1.50; else None.

    An application may show a number as it was written.
    """
    raw: list[bytes | None] = [None] * len(rows)
    same = map(eq, map(_text, rows), datas)
    for place in [place for place, is_same in enumerate(same) if not is_same]:
        if _text(rows[place]) != msgspec.json.format(datas[place], indent=-1):
            raw[place] = datas[place]
    return raw


def _text(row: Row) -> bytes:
    try:
        return _encode(row)
    except (OverflowError, UnicodeEncodeError):  # a number or a text that has no form in JSON of our own
        return b""


def _one_by_one(datas: Sequence[bytes]) -> tuple[list[Row], dict[int, str]]:
    rows: list[Row] = []
    refused: dict[int, str] = {}
    for place, data in enumerate(datas):
        try:
            rows.append(_decode(data))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            refused[place] = _reason(error)
    return rows, refused


def _reason(error: Exception) -> str:
    """Returns a word for the folder in which such records are kept."""
    return "not-an-object" if isinstance(error, msgspec.ValidationError) else "not-json"


def _kind(name: str, rows: Sequence[Row]) -> str | None:
    """Returns the kind of a new column; None if there can be none of that name, or no value tells."""
    if name in OWN or name == ERROR or not 0 < len(name) <= MOST_NAME or not _is_unicode(name):
        return None
    first = next((row[name] for row in rows if row.get(name) is not None), None)
    return next((kind for kind, each in KINDS.items() if each.holds(first)), None)


def _column(kind: Kind, values: list[Any], datas: Sequence[bytes], raw: list[bytes | None]) -> pa.Array:
    """Returns the column of the values. Those that it cannot hold are null in it, and kept as text."""
    types = set(map(type, values)) - {type(None)}
    if types <= kind.python:
        try:
            return pa.array(_texts(values) if kind is KINDS["json"] else values, kind.column)
        except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
            pass  # some value is beyond the type's bounds
    _keep([place for place, value in enumerate(values) if value is not None and not kind.holds(value)], datas, raw)
    held = [value if value is not None and kind.holds(value) else None for value in values]
    return pa.array(_texts(held) if kind is KINDS["json"] else held, kind.column)


def _texts(values: list[Any]) -> list[str | None]:
    return [None if value is None else _encode(value).decode() for value in values]


def _keep(places: Iterable[int], datas: Sequence[bytes], raw: list[bytes | None]) -> None:
    for place in places:
        raw[place] = datas[place]
