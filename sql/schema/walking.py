"""Finds the values of a schema's columns in one JSON document, step by step: slow, and right for every record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sql.errors import Fault
from sql.schema.coercion import Coercer
from sql.schema.columns import Schema
from sql.schema.documents import FAULTS, fault_of
from sql.schema.faults import SHOWN_MOST, ColumnError, UnfitError, missing, unfit, unparsable
from sql.schema.paths import Each, Node, Path, Step, path_of, read_path, tree_of
from sql.types import Family

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_OBJECT, _ARRAY = 0x7B, 0x5B


@dataclass(slots=True)
class Found:
    """Collects a record's rows up to `most`, its faults, and for each row the source texts of its values."""

    most: int
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[ColumnError] = field(default_factory=list)
    sources: list[list[bytes | None]] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Returns whether there are more rows than a record may have."""
        return len(self.rows) > self.most


class Walker:
    """Reads documents by a schema; `coercers` has one for each column."""

    def __init__(self, schema: Schema, coercers: Sequence[Coercer]) -> None:
        self._columns = schema.columns
        self._coercers = coercers
        self._tree = tree_of(schema)
        self._row_path = read_path(schema.row_path)
        flattened = {number for number, each in enumerate(schema.columns) if Each.EACH in path_of(each)}
        order = texts_last(schema)
        self._inner = [number for number in order if number in flattened]
        self._outer = [number for number in order if number not in flattened]
        self._takes_any = bool(self._tree.columns)  # a column takes the row itself, be it an object or not

    def read(self, document: bytes, found: Found) -> None:
        """Adds a document's rows and faults to those found."""
        try:
            elements = rows_under(document, self._row_path)
        except ColumnError as error:
            found.faults.append(error)
            return
        except FAULTS as error:
            found.faults.append(fault_of(error))
            return
        for element in elements:
            if found.is_full:
                return
            try:
                self._add(element, found)
            except ColumnError as error:
                found.faults.append(error)
            except FAULTS as error:
                found.faults.append(fault_of(error))

    def _add(self, element: bytes, found: Found) -> None:
        """Adds the rows of an element: one, or one for each element of the array to flatten."""
        if element[0] != _OBJECT and not self._takes_any:
            raise unparsable(f"holds {_noun(element)} where a row has to be an object")
        sources: list[bytes | None] = [None] * len(self._columns)
        arrays: list[tuple[Node, list[bytes]]] = []
        _walk(self._tree, element, sources, arrays)
        outer = [self._value(number, sources[number]) for number in self._outer]
        for inner in (arrays and arrays[0][1]) or (b"null",):
            if found.is_full:
                return
            row = list(sources)
            if arrays:
                _walk(arrays[0][0], inner, row, [])
            try:
                found.rows.append(self._joined(outer, row))
                found.sources.append(row)
            except ColumnError as error:
                found.faults.append(error)

    def _joined(self, outer: list[Any], sources: list[bytes | None]) -> tuple[Any, ...]:
        """Returns a row of the values outside of the array to flatten, and of those inside of it."""
        values = dict(zip(self._outer, outer, strict=True))
        values |= {number: self._value(number, sources[number]) for number in self._inner}
        return tuple(values[number] for number in range(len(sources)))

    def _value(self, number: int, source: bytes | None) -> Any:
        """Returns the value of a column from its source text. Raises ColumnError."""
        column = self._columns[number]
        if source is None or source == b"null":
            if column.not_null:
                raise missing(column.name)
            return None
        try:
            return self._coercers[number].raw(source)
        except UnfitError as error:
            raise unfit(column.name, shown(source), str(error)) from None


def texts_last(schema: Schema) -> list[int]:
    """Returns the numbers of the columns in the order of conversion: texts come last.

    Only they are cut, and counted; a row that another column refuses has then no text that was counted.
    """
    return sorted(range(len(schema.columns)), key=lambda number: schema.columns[number].type.family == Family.TEXT)


def shown(source: bytes) -> str:
    """Returns the beginning of a value as it was written."""
    return source[: 4 * SHOWN_MOST].decode(errors="replace").strip('"')


def rows_under(document: bytes, path: Path) -> list[bytes]:
    """Returns the elements that are rows: those that a path leads to; an array gives each of its elements."""
    found = [document.strip(b" \t\r\n")]
    if not found[0]:
        raise unparsable("is empty")
    for step in path:
        found = [inner for each in found for inner in _under(each, step)]
        if not found and step is not Each.EACH:  # an empty array has no rows, and is no fault
            raise ColumnError(Fault.PARSE, "The record has nothing under the row path.")
    return [row for each in found for row in (array(each) if each[0] == _ARRAY else [each])]


def _under(source: bytes, step: Step) -> list[bytes]:
    if isinstance(step, str):
        inner = _member(source, step)
        return [] if inner is None or inner == b"null" else [inner]
    elements = array(source) if source[0] == _ARRAY else [source]
    return elements if isinstance(step, Each) else elements[step : step + 1]


def _member(source: bytes, name: str) -> bytes | None:
    if source[0] != _OBJECT:
        return None
    found = _members(source).get(name)
    return None if found is None else bytes(found)


def array(source: bytes) -> list[bytes]:
    """Returns the source texts of an array's elements."""
    return [bytes(each) for each in _elements(source)]


def _walk(node: Node, source: bytes, sources: list[bytes | None], arrays: list[tuple[Node, list[bytes]]]) -> None:
    """Fills in the source texts of the columns at a node and under it; puts the array to flatten aside."""
    for number in node.columns:
        sources[number] = source
    if not node.steps:
        return
    members = _members(source) if source[0] == _OBJECT else {}
    elements = array(source) if source[0] == _ARRAY else None
    for step, inner in node.steps.items():
        if isinstance(step, str):
            found = members.get(step)
            if found is not None:
                _walk(inner, bytes(found), sources, arrays)
        elif isinstance(step, Each):
            arrays.append((inner, elements if elements is not None else [source] if members else []))
        elif elements is not None and step < len(elements):
            _walk(inner, elements[step], sources, arrays)


def _noun(source: bytes) -> str:
    """Returns the word for a JSON value."""
    nouns = {0x22: "a text", 0x5B: "an array", 0x74: "a boolean", 0x66: "a boolean", 0x6E: "null"}
    return nouns.get(source[0], "a number")
