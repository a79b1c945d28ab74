"""Filters records by their JSON: a condition has a field, an operator, and a typed value."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from streams.core.showing import UNREADABLE

OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "contains")
DEEPEST, MOST_FIELDS, LONGEST = 4, 100, 100  # bounds of the listed fields: levels, number, characters of a name
MISSING = object()

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9]{1,9})\]")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")


class Condition(NamedTuple):
    """Compares one field of a record with `typed`, the value that was read from `text`.

    The empty `path` stands for the whole record, which allows the operator `contains` alone.
    """

    name: str
    path: tuple[str | int, ...]
    operator: str
    text: str
    typed: Any

    def find(self, value: Any) -> Any:
        """Returns the record's value at the path, or MISSING."""
        if isinstance(value, dict) and self.name in value:  # a name may hold a dot
            return value[self.name]
        for step in self.path:
            inside = isinstance(value, dict) if isinstance(step, str) else isinstance(value, list)
            if not inside or (step not in value if isinstance(step, str) else step >= len(value)):
                return MISSING
            value = value[step]
        return value

    def takes(self, found: Any) -> bool:
        """Returns whether the value meets the condition. Numbers are compared with numbers, text with text."""
        match self.operator:
            case "=":
                return _same(found, self.typed)
            case "!=":
                return not _same(found, self.typed)
            case "contains":
                return _contains(found, self)
            case _:
                return self.fits(found) and _ORDER[self.operator](found, self.typed)

    def fits(self, found: Any) -> bool:
        """Returns whether the value is of the same kind as the condition's own value."""
        return kind(found) == kind(self.typed)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


def condition(field: str, operator: str, text: str) -> Condition | None:
    """Returns the condition of a form; None if it asks for all records. Raises ValueError in words for people."""
    if not field and not text:
        return None
    if operator not in OPERATORS:
        raise ValueError(f"{operator[:20]!r} is no operator: choose one of {' '.join(OPERATORS)}")
    if not field and operator != "contains":
        raise ValueError("Name the field, or choose contains to search whole records")
    found = Condition(field, _path(field), operator, text, _typed(text))
    if operator in _ORDER and kind(found.typed) not in ("number", "text"):
        raise ValueError(f"{operator} compares numbers, and text with text; {text!r} is neither")
    return found


def kind(value: Any) -> str:
    """Returns true/false, number, text, null, list or object."""
    match value:
        case bool():
            return "true/false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case None:
            return "null"
        case list():
            return "list"
        case _:
            return "object"


def fields(value: Any, known: dict[str, str], prefix: str = "", depth: int = 1) -> None:
    """Adds the record's fields, with their kinds, to `known`, up to MOST_FIELDS in all."""
    if isinstance(value, dict):
        members = [(f"{prefix}.{name}" if prefix else name, inner) for name, inner in list(value.items())[:MOST_FIELDS]]
    elif isinstance(value, list) and value:
        members = [(f"{prefix}[0]", value[0])]
    else:
        return
    for name, inner in members:
        if len(known) >= MOST_FIELDS:
            return
        if len(name) > LONGEST:
            continue
        holds = kind(inner)
        if holds in ("list", "object") and inner and depth < DEEPEST:
            fields(inner, known, name, depth + 1)
        else:
            known.setdefault(name, holds)


def _path(field: str) -> tuple[str | int, ...]:
    """Returns the path of a field: `a.b[0].c` gives ("a", "b", 0, "c"). A name in no such form is one step."""
    steps: list[str | int] = []
    place = 0
    while place < len(field):
        found = _STEP.match(field, place)
        if not found:
            return (field,)
        steps.append(found[1] if found[2] is None else int(found[2]))
        place = found.end()
    return tuple(steps)


def _typed(text: str) -> Any:
    """Returns the typed value: true, false, null, a number, or text, which may stand in double quotes."""
    if text in ("true", "false", "null") or _NUMBER.fullmatch(text) or (len(text) > 1 and text[0] == text[-1] == '"'):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            return text
    return text


def _same(one: Any, other: Any) -> bool:
    return one is not UNREADABLE and kind(one) == kind(other) and bool(one == other)


def _contains(found: Any, asked: Condition) -> bool:
    match found:
        case str():
            return (asked.typed if isinstance(asked.typed, str) else asked.text) in found
        case list():
            return any(_same(each, asked.typed) for each in found)
        case dict():
            return asked.text in found
        case _:
            return False
