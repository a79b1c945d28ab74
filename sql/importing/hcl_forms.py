"""Defines the parts of Terraform's language, and the escapes of its texts."""

import re
from dataclasses import dataclass, field

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Call:
    """Stands for a call of a function."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Raw:
    """Stands for an expression that is kept as its text: a reference, or one that is not understood."""

    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """Stands for a text with expressions in it."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """Holds an expression, and its place."""

    value: "str | int | float | bool | Call | Raw | Template | list[Expression] | dict[str, Expression] | None"
    place: str


@dataclass(slots=True)
class Block:
    """Holds a block: its type, its labels, and its attributes and inner blocks in order."""

    type: str
    labels: tuple[str, ...]
    place: str
    attributes: dict[str, Expression] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)


def next_dollar(source: str, at: int) -> int:
    """Returns the place of the next $, or the end."""
    found = source.find("$", at)
    return len(source) if found < 0 else found


def closing(source: str, at: int) -> int:
    """Returns the place of the brace that closes ${."""
    open_braces = 1
    while at < len(source):
        open_braces += (source[at] == "{") - (source[at] == "}")
        if not open_braces:
            return at
        at += 1
    return at


def unescaped(text: str) -> str:
    """Returns a text with its escapes decoded."""

    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(min(int(code, 16), 0x10FFFF)) if code else _ESCAPES.get(found[3], found[3])

    return _ESCAPE.sub(character, text)
