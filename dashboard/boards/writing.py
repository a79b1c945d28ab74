"""Writes the content of a board as its text; dashboard.boards.reading reads the same content from it."""

import re
from typing import Any

from msgspec import structs

from common.toml import MOST_DOTS
from dashboard.boards.spec import Content, Panel

BARE = re.compile(r"[A-Za-z0-9_-]+")
SHORT = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n"}


def write(content: Content) -> str:
    """Returns the text: the board's own keys, the variable, then a table for each panel. Defaults are left out."""
    own = [f"title = {_string(content.title)}"]
    own += [f"description = {_string(content.description)}"] if content.description else []
    own += [f"range = {_string(content.range)}"] if content.range != "1h" else []
    parts = ["\n".join(own)]
    if content.variable:
        parts.append("\n".join(["[variable]", *_pairs(content.variable, always=("data", "column"))]))
    parts += ["\n".join(["[[panels]]", *_pairs(panel, always=("kind",))]) for panel in content.panels]
    return "\n\n".join(parts) + "\n"


def _pairs(part: Any, always: tuple[str, ...]) -> list[str]:
    """Returns a line for each field that is not its default."""
    usual = structs.asdict(Panel(kind="text")) if isinstance(part, Panel) else {"label": ""}
    return [
        _pair(name, value) for name, value in structs.asdict(part).items() if name in always or value != usual[name]
    ]


def _pair(name: str, value: Any) -> str:
    found = f"{name} = {_value(value, long=name == 'text')}"
    if all(line.count(".") <= MOST_DOTS for line in found.split("\n")):
        return found
    return f"{name} = " + _value(value).replace(".", "\\u002e")


def _value(value: Any, *, long: bool = False) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_string(each) for each in value) + "]"
    if isinstance(value, int):
        return str(value)
    return _long(value) if long and "\n" in value else _string(value)


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    return '"' + "".join(SHORT.get(sign) or _escaped(sign) for sign in text) + '"'


def _long(text: str) -> str:
    """Returns a text of several lines as it is read best; the first line break is not part of it."""
    kept = {sign: SHORT[sign] for sign in ("\\", '"', "\r")} | {"\n": "\n", "\t": "\t"}
    return '"""\n' + "".join(kept.get(sign) or _escaped(sign) for sign in text) + '"""'


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if sign < " " or sign == "\x7f" else sign
