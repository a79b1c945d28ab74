"""Reads JSON with comments and trailing commas, and remembers the line of each key."""

import json
import re
from bisect import bisect_left
from typing import Any, NamedTuple

_TOKENS = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<comment>/\*(?:[^*]|\*(?!/))*\*/|//[^\n]*|\#[^\n]*)|(?P<comma>,)""", re.VERBOSE
)
_KEY = re.compile(r"\s*:")
_CLOSING = re.compile(r"\s*[}\]]")
MOST_DEPTH = 50


class Object(NamedTuple):
    """Holds a JSON object, and the line of each of its keys."""

    values: dict[str, Any]
    lines: dict[str, int]


def parse(text: str) -> Any:
    """Returns the value of a text; each object in it is an Object. Raises ValueError with a line."""
    bare = _TOKENS.sub(_without_comment, text)
    ends = [found.start() for found in re.finditer("\n", bare)]
    numbered = _TOKENS.sub(lambda found: _numbered(found, bare, ends), bare)
    if _depth(bare) > MOST_DEPTH:
        raise ValueError(f"it has more than {MOST_DEPTH} levels")
    try:
        value = json.loads(numbered, object_pairs_hook=_object)
        json.dumps(plain(value), ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}: {error.msg}") from None
    except UnicodeEncodeError:
        raise ValueError(r"it has half a character, such as \ud800 alone") from None
    return value


def _without_comment(found: re.Match[str]) -> str:
    """Replaces a comment by blanks, so that every line keeps its number."""
    return re.sub(r"[^\n]", " ", found[0]) if found["comment"] else found[0]


def _numbered(found: re.Match[str], text: str, ends: list[int]) -> str:
    """Puts the number of its line before each key, and leaves out commas before a closing bracket.

    `ends` are the places of the line ends.
    """
    if found["comma"] and _CLOSING.match(text, found.end()):
        return " "
    if found["text"] and _KEY.match(text, found.end()):
        return f'"{bisect_left(ends, found.start()) + 1}:{found[0][1:]}'
    return found[0]


def _depth(text: str) -> int:
    deepest = level = 0
    for found in re.finditer(r'"(?:[^"\\\n]|\\.)*"|[{\[]|[}\]]', text):
        level += (found[0] in "{[") - (found[0] in "}]")
        deepest = max(deepest, level)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> Object:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for numbered, value in pairs:
        line, _, key = numbered.partition(":")
        if key in values:
            raise ValueError(f"line {line}: the key {key[:80]!r} comes twice")
        values[key], lines[key] = value, int(line)
    return Object(values, lines)


def plain(value: Any) -> Any:
    """Returns a value with dicts in place of Objects."""
    if isinstance(value, Object):
        return {key: plain(each) for key, each in value.values.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value
