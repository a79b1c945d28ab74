"""Builds the fast readers of JSON records: msgspec structs with a type for each column, and conversions after them."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, cast

import msgspec

from sql.schema.coercion import Coercer
from sql.schema.columns import Column, Schema
from sql.schema.levels import conversion, guard, read_as
from sql.schema.paths import Each, Node, read_path, tree_of
from sql.types import Family

Reader = Callable[[bytes], Any]


def row_type(names: Sequence[str]) -> type[msgspec.Struct]:
    """Returns the struct of a row, with the names as its fields."""
    return msgspec.defstruct("Row", [(name, Any, None) for name in names], gc=False)


def fast_tree(schema: Schema) -> Node | None:
    """Returns the tree of paths from the document on; None if structs cannot follow them.

    They can if each step leads to a member or, at the end of the row path and of the path to flatten, to each element,
    and if no value of a column is on the way to another column.
    """
    inner = tree_of(schema)
    for step in reversed(read_path(schema.row_path)):
        inner.required = True  # a record with nothing under the row path is refused
        inner = Node(steps={step: inner})
    return (
        inner if schema.format == "json" and inner.steps and _is_plain(inner) and Each.EACH not in inner.steps else None
    )


def _is_plain(node: Node) -> bool:
    if len(node.columns) > 1 or (node.columns and node.steps) or (Each.EACH in node.steps and len(node.steps) > 1):
        return False
    return all(not isinstance(step, int) and _is_plain(inner) for step, inner in node.steps.items())


def spreads(node: Node) -> bool:
    """Returns whether a record may give several rows."""
    return any(step is Each.EACH or spreads(inner) for step, inner in node.steps.items())


def reader_of(
    tree: Node, columns: Sequence[Column], coercers: Sequence[Coercer], levels: Sequence[int], names: Sequence[str]
) -> Reader:
    """Returns the function from a record's bytes to a row, or to a list of rows if the tree spreads.

    A row has the fields `names`, the columns' first. The function raises an error for every record that it would not
    read as the Walker does.
    """
    return _Builder(columns, coercers, levels, names).reader(tree)


class _Builder:
    """Builds one reader: the structs, and the lines of the function that converts after them.

    The function's text is made of numbered names alone. Its loops are numbered from 1, 0 is outside of them; each has
    the lines of its own, and the numbers of the columns that are read in it.
    """

    def __init__(
        self, columns: Sequence[Column], coercers: Sequence[Coercer], levels: Sequence[int], names: Sequence[str]
    ) -> None:
        self._columns, self._levels, self._names = columns, levels, names
        kinds = [column.type for column in columns]
        self._conversions = list(map(conversion, kinds, coercers, levels))
        self._flat = False
        self._scope: dict[str, Any] = {"Row": row_type(names)}
        self._lines: list[list[str]] = [[]]
        self._loops: list[list[str]] = [[]]  # of each, the lines that begin the loop in it
        self._numbers: list[list[int]] = [[]]
        self._places: dict[int, str] = {}  # of each column, the expression that reads it
        self._nested = 0  # the number of nested structs so far

    def reader(self, tree: Node) -> Reader:
        self._flat = all(node.columns for node in tree.steps.values())
        struct = self._struct(tree, "r", 0)
        hook = Decimal if any(column.type.family == Family.EXACT for column in self._columns) else None
        decode = msgspec.json.Decoder(struct, float_hook=hook).decode
        if self._flat and not any(self._conversions):
            return decode
        self._scope["decode"] = decode
        text = "\n".join(["def read(data):", "    r = decode(data)", *self._body()])
        exec(compile(text, "<reader>", "exec"), self._scope)  # noqa: S102  # numbered names alone, none of a user's
        return cast(Reader, self._scope["read"])

    def _body(self) -> list[str]:
        """Returns the lines after decoding."""
        # A conversion that cuts texts counts them, so it comes after those that may send the record to the Walker.
        for lines, numbers, loop in zip(self._lines, self._numbers, self._loops, strict=True):
            for number in sorted(numbers, key=lambda number: self._columns[number].type.family == Family.TEXT):
                self._convert(number, lines)
            lines += loop
        loops = len(self._lines) - 1
        row = "r" if self._flat else f"Row({', '.join(f'v{number}' for number in range(len(self._columns)))})"
        end = [f"rows.append({row})"] if loops else [f"return {row}"]
        self._lines[-1] += end
        body = ["    " * (depth + 1) + line for depth, lines in enumerate(self._lines) for line in lines]
        return ["    rows = []", *body, "    return rows"] if loops else body

    def _struct(self, node: Node, owner: str, loop: int) -> type[msgspec.Struct]:
        """Returns the struct of an object that the variable `owner` holds."""
        fields: list[Any] = []
        names: dict[str, str] = {}
        for step, inner in node.steps.items():
            make = self._leaf if inner.columns else self._array if Each.EACH in inner.steps else self._object
            field = make(inner, owner, loop)
            fields.append(field)
            names[field[0]] = str(step)
        if self._flat:
            fields += [(name, Any, None) for name in self._names[len(self._columns) :]]
        return msgspec.defstruct("Row", fields, rename=names, gc=False, kw_only=True)

    def _leaf(self, node: Node, owner: str, loop: int) -> tuple[Any, ...]:
        """Returns the field of a column's value."""
        number = node.columns[0]
        column, name = self._columns[number], f"c{number}"
        self._places[number] = f"{owner}.{name}"
        self._numbers[loop].append(number)
        expected = read_as(column.type, self._levels[number])
        if self._flat and column.not_null:
            return (name, expected)
        return (name, expected if expected in (Any, msgspec.Raw) else expected | None, None)

    def _object(self, node: Node, owner: str, loop: int) -> tuple[Any, ...]:
        """Returns the field of an inner object; one that is missing is as one without members."""
        name = f"n{self._nested}"
        self._nested += 1
        lines = self._lines[loop]
        lines.append(f"{name} = {owner}.{name}")
        lines.append(f"if {name} is None: {'raise ValueError' if node.required else f'{name} = e{name}'}")
        nested = self._struct(node, name, loop)
        self._scope[f"e{name}"] = nested()
        return (name, nested | None, None)

    def _array(self, node: Node, owner: str, loop: int) -> tuple[Any, ...]:
        """Returns the field of an array to read in a loop; a missing one gives a row with NULLs."""
        inner = node.steps[Each.EACH]
        name = f"i{loop + 1}"
        self._loops[loop] += [
            f"a = {owner}.{name}",
            f"if a is None: {'raise ValueError' if inner.required else 'a = ()'}",
        ]
        self._loops[loop].append(f"for {name} in a{'' if inner.required else f' or e{name}'}:")
        for each in (self._lines, self._loops, self._numbers):
            each.append([])
        nested = self._struct(inner, name, loop + 1)
        self._scope[f"e{name}"] = (nested(),)
        return (name, list[nested] | None, None)  # type: ignore[valid-type]  # a class made here

    def _convert(self, number: int, lines: list[str]) -> None:
        """Adds the lines that convert a column, and those that raise an error where it may not be NULL and is."""
        convert, place, value = self._conversions[number], self._places[number], f"v{number}"
        if self._flat and convert is None:
            return
        lines.append(f"{value} = {place}")
        if convert is not None:
            self._scope[f"k{number}"] = convert
            condition = guard(self._columns[number].type, self._levels[number], value)
            target = f"{value} = {place}" if self._flat else value
            lines.append(f"if {condition}: {target} = k{number}({value})")
        if self._columns[number].not_null:
            lines.append(f"if {value} is None: raise ValueError")
