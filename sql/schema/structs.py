"""Builds the fast readers of JSON records: msgspec structs with a type for each column, and the conversions after them.

A column has one of three levels. At level 0 only the JSON type that its SQL type expects passes, at level 1 other plain
types do, at level 2 everything does. A value that does not pass makes the reader raise, and the Walker reads the
record.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Any, cast

import msgspec

from sql.schema.coercion import Coercer
from sql.schema.columns import Schema
from sql.schema.numbers import rounded
from sql.schema.walking import Node, tree_of
from sql.types import Family, Kind, Type

LEVEL_MOST = 2
Reader = Callable[[bytes], Any]
_PLAIN_NUMBER = frozenset(b"-0123456789")
_SAME_AT_ZERO = {
    Family.WHOLE,
    Family.BOOLEAN,
}  # families that need no conversion at level 0, besides DOUBLE and VARCHAR


def row_type(names: Sequence[str]) -> type[msgspec.Struct]:
    """Returns the struct of a row, whose fields are the names."""
    return msgspec.defstruct("Row", [(name, Any, None) for name in names], gc=False)


def is_plain(schema: Schema) -> bool:
    """Returns whether structs can follow a schema's paths: members only, each one value or on the way to some."""
    return schema.format == "json" and schema.row_path == "$" and _is_plain(tree_of(schema), first=True)


def _is_plain(node: Node, *, first: bool = False) -> bool:
    if node.columns and (first or node.steps or len(node.columns) > 1):
        return False
    return all(isinstance(step, str) and _is_plain(inner) for step, inner in node.steps.items())


def level_needed(kind: Type, source: bytes | None, value: Any) -> int:
    """Returns the level at which a column's reader takes a JSON value, of which the Walker made the column's value."""
    if source is None or source == b"null" or kind.family in {Family.EXACT, Family.TIMESTAMP, Family.DATE, Family.TIME}:
        return 0
    first = source[0]
    number, whole = first in _PLAIN_NUMBER, not {*source} & {*b".eE"}
    if kind.family == Family.WHOLE:
        return (0 if whole else 2) if number else 1
    if kind.family == Family.APPROXIMATE:
        return 0 if number else 1
    if kind.family == Family.BOOLEAN:
        return 0 if first in b"tf" else 1 if first == 0x22 or whole else 2
    if first == 0x22:
        return int(kind.family == Family.TEXT and len(value) == kind.size and len(source) - 2 > kind.size)  # it was cut
    return 1 if kind.family == Family.TEXT and (first in b"tf" or (number and whole)) else 2


def _read_as(kind: Type, level: int) -> Any:
    """Returns the type that msgspec reads a column as."""
    if kind.family == Family.EXACT:
        return Any  # numbers with a point become Decimal, by the reader's float_hook
    if level == LEVEL_MOST:
        return msgspec.Raw
    if kind.family == Family.WHOLE:
        least, greatest = kind.bounds
        whole = Annotated[int, msgspec.Meta(ge=least, le=greatest)]
        return whole if level == 0 else whole | str | bool
    if kind.family == Family.APPROXIMATE:
        return float if level == 0 else float | str | bool
    if kind.family == Family.BOOLEAN:
        return bool if level == 0 else bool | str | int
    if kind.family == Family.TEXT and level == 0 and kind.size:
        return Annotated[str, msgspec.Meta(max_length=kind.size)]
    return str if level == 0 or kind.family != Family.TEXT else str | int | bool


def _conversion(kind: Type, coercer: Coercer, level: int) -> Callable[[Any], Any] | None:
    """Returns the conversion after reading; None if there is nothing to convert."""
    if kind.family == Family.EXACT:
        return coercer.plain
    if level == LEVEL_MOST:
        return _of_raw(coercer)
    if level == 0 and (kind.family in _SAME_AT_ZERO or kind.kind in {Kind.DOUBLE, Kind.VARCHAR}):
        return None
    if kind.family == Family.WHOLE:
        return _unless(int, coercer)
    if kind.kind == Kind.REAL:
        return lambda value: rounded(value) if type(value) is float else coercer.plain(value)
    if kind.kind == Kind.DOUBLE:
        return _unless(float, coercer)
    if kind.family == Family.BOOLEAN:
        return _unless(bool, coercer)
    return coercer.plain if level else coercer.text


def _unless(same: type, coercer: Coercer) -> Callable[[Any], Any]:
    """Returns a conversion that leaves values of one Python type as they are."""
    plain = coercer.plain
    return lambda value: value if type(value) is same else plain(value)


def _of_raw(coercer: Coercer) -> Callable[[Any], Any]:
    def convert(raw: msgspec.Raw) -> Any:
        source = bytes(raw)
        return None if source == b"null" else coercer.raw(source)

    return convert


def reader_of(schema: Schema, coercers: Sequence[Coercer], levels: Sequence[int], names: Sequence[str]) -> Reader:
    """Returns the function from a record's bytes to a row with the fields `names`, the columns' first.

    It raises an error for every record that it does not read as the Walker would.
    """
    return _Builder(schema, coercers, levels, names).reader()


class _Builder:
    """Builds one reader: the structs, and the lines of the function that converts after them."""

    def __init__(
        self, schema: Schema, coercers: Sequence[Coercer], levels: Sequence[int], names: Sequence[str]
    ) -> None:
        self._columns, self._levels, self._names = schema.columns, levels, names
        kinds = [column.type for column in schema.columns]
        self._conversions = list(map(_conversion, kinds, coercers, levels))
        self._root = tree_of(schema)
        self._flat = all(node.columns for node in self._root.steps.values())
        self._scope: dict[str, Any] = {"Row": row_type(names)}
        self._lines: list[str] = []
        self._places: dict[int, str] = {}  # of each column, the expression that reads it

    def reader(self) -> Reader:
        struct = self._struct(self._root, "r")
        hook = Decimal if any(column.type.family == Family.EXACT for column in self._columns) else None
        decode = msgspec.json.Decoder(struct, float_hook=hook).decode
        if self._flat and not any(self._conversions):
            return decode
        self._scope["decode"] = decode
        # A conversion that cuts texts counts them, so it comes after those that may send the record to the Walker.
        for number in sorted(self._places, key=lambda number: self._columns[number].type.family == Family.TEXT):
            self._convert(number)
        self._lines.append(
            "return r" if self._flat else f"return Row({', '.join(f'v{n}' for n in sorted(self._places))})"
        )
        text = "def read(data):\n    r = decode(data)\n" + "".join(f"    {line}\n" for line in self._lines)
        exec(compile(text, "<reader>", "exec"), self._scope)  # noqa: S102  # of numbered names alone, none of a user's
        return cast(Reader, self._scope["read"])

    def _struct(self, node: Node, owner: str) -> type[msgspec.Struct]:
        """Returns the struct of an object; `owner` is the variable that holds it."""
        fields: list[Any] = []
        names: dict[str, str] = {}
        for step, inner in node.steps.items():
            if inner.columns:
                field = self._leaf(inner.columns[0], owner)
            else:
                name = f"n{len(self._scope)}"
                self._scope[name] = None  # takes the number
                self._lines.append(f"{name} = {owner}.{name} or e{name}")
                nested = self._struct(inner, name)
                self._scope[f"e{name}"] = nested()
                field = (name, nested | None, None)
            fields.append(field)
            names[field[0]] = str(step)
        if owner == "r" and self._flat:
            fields += [(name, Any, None) for name in self._names[len(self._columns) :]]
        return msgspec.defstruct("Row", fields, rename=names, gc=False, kw_only=True)

    def _leaf(self, number: int, owner: str) -> tuple[Any, ...]:
        """Returns the field of the struct for a column's value."""
        column, name = self._columns[number], f"c{number}"
        self._places[number] = f"{owner}.{name}"
        read_as = _read_as(column.type, self._levels[number])
        if self._flat and column.not_null:
            return (name, read_as)
        return (name, read_as if read_as in (Any, msgspec.Raw) else read_as | None, None)

    def _convert(self, number: int) -> None:
        """Adds the lines that convert a column, and those that raise an error where it may not be NULL and is."""
        conversion, place = self._conversions[number], self._places[number]
        if self._flat and conversion is None:
            return
        value = f"v{number}"
        self._lines.append(f"{value} = {place}")
        if conversion is not None:
            self._scope[f"k{number}"] = conversion
            self._lines.append(
                f"if {value} is not None: {value} = {place if self._flat else value} = k{number}({value})"
            )
        if self._columns[number].not_null:
            self._lines.append(f"if {value} is None: raise ValueError")
