"""Reads JSON paths as mappings write them: $.a.b, $['odd key'], $.items[0:].price, $.items[2]."""

import re
from dataclasses import dataclass, field
from enum import Enum

from common.text import quoted
from sql.schema.columns import Column, Schema
from sql.schema.faults import SchemaError

STEPS_MOST = 32  # of a path


class Each(Enum):
    """Stands for the step to each element of an array, [0:]."""

    EACH = "[0:]"


Step = str | int | Each
Path = tuple[Step, ...]
_STEP = re.compile(
    r"\.(?P<name>[^.\[\]\s]+)"
    r"|\[\s*(?:'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\""
    r"|(?P<each>0?:|\*)|(?P<index>[0-9]{1,6}))\s*\]"
)


def read_path(text: str) -> Path:
    """Returns the steps of a path. Raises SchemaError."""
    if not text.startswith("$"):
        raise SchemaError(f"The path {quoted(text)} must begin with $, as in $.price.")
    steps: list[Step] = []
    at = 1
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise SchemaError(f"The path {quoted(text)} cannot be read from its character {at + 1} on.")
        steps.append(_step(found))
        at = found.end()
    if len(steps) > STEPS_MOST:
        raise SchemaError(f"The path {quoted(text)} has {len(steps)} steps; it may have {STEPS_MOST}.")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["each"] is not None:
        return Each.EACH
    if found["index"] is not None:
        return int(found["index"])
    if found["name"] is not None:
        return found["name"]
    return re.sub(r"\\(.)", r"\1", found["single"] if found["single"] is not None else found["double"])


def path_of(column: Column) -> Path:
    """Returns the steps to a column's value; an array at the end is taken whole. Raises SchemaError."""
    try:
        path = read_path(column.mapping) if column.mapping else (column.name,)
    except SchemaError as error:
        raise SchemaError(f"Column {column.name}: {error}") from None
    return path[:-1] if path and path[-1] is Each.EACH else path


def flattened(schema: Schema) -> Path | None:
    """Returns the path of the array that gives a row for each element; None if there is none.

    Raises SchemaError for a second array.
    """
    found: Path | None = None
    for column in schema.columns:
        path = path_of(column)
        if Each.EACH not in path:
            continue
        prefix = path[: path.index(Each.EACH)]
        if path.count(Each.EACH) > 1 or found not in (None, prefix):
            raise SchemaError(
                f"Column {column.name} would flatten a second array; a schema may flatten one, one level deep."
            )
        found = prefix
    return found


def check(schema: Schema) -> None:
    """Raises SchemaError if the paths of a schema cannot be followed."""
    if schema.format == "json":
        read_path(schema.row_path)
        flattened(schema)


@dataclass(slots=True)
class Node:
    """Holds a place in the tree of paths: the numbers of the columns that have its value, and the steps on from it.

    `required` says that a record without it is refused.
    """

    columns: list[int] = field(default_factory=list)
    steps: dict[Step, "Node"] = field(default_factory=dict)
    required: bool = False


def tree_of(schema: Schema) -> Node:
    """Returns the tree of the paths of a schema's columns."""
    root = Node()
    for number, column in enumerate(schema.columns):
        node = root
        for step in path_of(column):
            node = node.steps.setdefault(step, Node())
        node.columns.append(number)
    return root
