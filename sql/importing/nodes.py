"""Defines the one form that every imported file is read into: a tree of values that know their places."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SIZE_MOST = 8 * 1024 * 1024  # bytes of an imported file
NODES_MOST = 200_000  # values of a file: aliases of YAML multiply them
DEPTH_MOST = 100
_PLURAL, _SINGULAR = "descriptions", "description"


class ImportingError(Exception):
    """Means that a file has no application that can be imported; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Says about one place of an imported file how it was taken, or why it was not."""

    place: str  # "line 12", or a path such as Inputs[0].InputSchema
    sentence: str
    taken: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for a value that the file does not have, such as a resource's attribute; `name` is the likeliest name."""

    text: str
    name: str


Value = str | int | float | bool | None | Unknown | list["Node"] | dict[str, "Node"]


@dataclass(frozen=True, slots=True)
class Node:
    """Holds a value and its place."""

    value: Any  # a Value
    place: str

    def get(self, *names: str) -> "Node | None":
        """Returns the member with one of the names, in the form of `canonical`; None if it is missing or null."""
        for key, inner in self.members():
            if canonical(key) in names and inner.value is not None:
                return inner
        return None

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """Gives the members of an object; a list of one object counts as the object, as Terraform writes blocks."""
        value = self.value[0].value if isinstance(self.value, list) and len(self.value) == 1 else self.value
        if isinstance(value, dict):
            yield from value.items()

    def each(self) -> list["Node"]:
        """Returns the elements of a list; another value counts as a list of it."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.value is None else [self]

    def text(self) -> str:
        """Returns the value as a text."""
        if isinstance(self.value, Unknown):
            return self.value.text
        if isinstance(self.value, list | dict) or self.value is None:
            return ""
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


def text_of(node: Node | None, *names: str) -> str:
    """Returns the text of a node's member, "" if there is none."""
    found = node.get(*names) if node else None
    return found.text() if found else ""


def canonical(key: str) -> str:
    """Returns a key in the one form: lower case, no underscores, without the Description that describe outputs add."""
    found = key.replace("_", "").lower()
    if found in {_SINGULAR, "applicationdescription"}:
        return found
    return found.removesuffix(_PLURAL) + "s" if found.endswith(_PLURAL) else found.removesuffix(_SINGULAR)


def from_json(text: str) -> Node:
    """Returns the tree of a JSON text; places are paths. Raises ImportingError."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportingError(f"The file is not JSON: {error}.") from None
    return build(values, "", [0])


def build(values: Any, place: str, count: list[int], depth: int = 0) -> Node:
    """Returns the tree of plain values; `count` counts the nodes. Raises ImportingError."""
    count[0] += 1
    if count[0] > NODES_MOST or depth > DEPTH_MOST:
        raise ImportingError(f"The file has more than {NODES_MOST:,} values, or more than {DEPTH_MOST} levels.")
    value: Any = values
    if isinstance(values, dict):
        prefix = f"{place}." if place else ""
        value = {str(key): build(inner, f"{prefix}{key}", count, depth + 1) for key, inner in values.items()}
    elif isinstance(values, list):
        value = [build(inner, f"{place}[{number}]", count, depth + 1) for number, inner in enumerate(values)]
    return Node(value, place or "the file")
