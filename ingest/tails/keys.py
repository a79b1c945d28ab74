"""Makes the partition keys of records: from a field, by a pattern, from a text, from the content, or by chance."""

import re
import socket
from collections.abc import Callable, Sequence
from hashlib import md5
from os import urandom
from pathlib import PurePath
from typing import Any

import msgspec

from common.expressions import Expression
from ingest.json_fields import fits_struct
from ingest.tails.tallies import Tally
from streams.core import names

# Takes the data of records, the path of their file and a tally; returns a key each.
Key = Callable[[Sequence[bytes], str, Tally], list[str]]
MOST_STEPS = 32  # of a path to a field
MOST_SEARCHED = 65_536  # bytes of a record in which a pattern is searched
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
PLACES: dict[str, Callable[[str], str]] = {
    "host": lambda path: socket.gethostname(),
    "file": lambda path: PurePath(path).name,
    "path": lambda path: path,
}


def by_content(data: bytes) -> str:
    """Returns the key that Kinesis Agent makes by DETERMINISTIC: the same for the same data."""
    return md5(data, usedforsecurity=False).hexdigest()


def deterministic(datas: Sequence[bytes], path: str, tally: Tally) -> list[str]:
    """Makes each key from the content of its record."""
    return [md5(data, usedforsecurity=False).hexdigest() for data in datas]


def at_random(datas: Sequence[bytes], path: str, tally: Tally) -> list[str]:
    """Makes keys by chance, so that records are spread over all shards."""
    digits = urandom(8 * len(datas)).hex()
    return [digits[place : place + 16] for place in range(0, len(digits), 16)]


def from_text(template: str) -> Key:
    """Makes one key for all records of a file. Raises ValueError for a name in braces that is none of PLACES."""
    parts = re.split(r"\{(\w*)\}", template)
    if unknown := [name for name in parts[1::2] if name not in PLACES]:
        listed = ", ".join(f"{{{name}}}" for name in PLACES)
        raise ValueError(f"{{{unknown[0]}}} is not known in a key; there are {listed}")

    def key(datas: Sequence[bytes], path: str, tally: Tally) -> list[str]:
        made = "".join(PLACES[part](path) if place % 2 else part for place, part in enumerate(parts))
        return [made[: names.MOST_KEY] or "-"] * len(datas)

    return key


def from_pattern(pattern: Expression) -> Key:
    """Takes the first group of the first match, or the whole match if there is no group."""
    group = 1 if pattern.groups else 0
    search = pattern.search

    def find(data: bytes) -> str:
        found = search(data, 0, MOST_SEARCHED)
        return "" if found is None else (found.group(group) or b"").decode(errors="replace")

    return _each(find)


def from_field(path: str) -> Key:
    """Takes a field of a JSON object; a path such as user.id leads into nested objects.

    Raises ValueError for a path with too many names.
    """
    steps = path.split(".")
    if len(steps) > MOST_STEPS:
        raise ValueError(f"the path of a field has at most {MOST_STEPS} names")
    if not all(map(fits_struct, steps)):
        return _each(lambda data: _found(data, steps))
    decode = msgspec.json.Decoder(_shape(steps)).decode

    def find(data: bytes) -> str:
        found: Any = decode(data)
        while isinstance(found, msgspec.Struct):
            found = found.value  # type: ignore[attr-defined]
        return _text(bytes(found)) if found else ""

    return _each(find)


def _found(data: bytes, steps: Sequence[str]) -> str:
    """Returns the key of one record by steps that no Struct can describe."""
    value: bytes = data
    for step in steps:
        found = _object(value).get(step)
        if found is None:
            return ""
        value = bytes(found)
    return _text(value)


def _shape(names: list[str]) -> type[msgspec.Struct]:
    """Returns a type that decodes one field of an object, and skips all others."""
    first, *others = names
    inner: Any = _shape(others) | None if others else msgspec.Raw
    default = None if others else msgspec.Raw(b"")
    return msgspec.defstruct("Field", [("value", inner, default)], rename={"value": first})


def _text(value: bytes) -> str:
    """Returns the key for a JSON value: a string's text, or a number or boolean as it is written; "" for others."""
    if value[:1] == b'"':
        return value[1:-1].decode() if b"\\" not in value else str(msgspec.json.decode(value))
    return "" if value[:1] in b"{[n" else value.decode()


def _each(find: Callable[[bytes], str]) -> Key:
    """Makes a key for each record; one without a key that the stream would take gets that of its content."""

    def keys(datas: Sequence[bytes], path: str, tally: Tally) -> list[str]:
        made = []
        for data in datas:
            try:
                key = find(data)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # the last: a line of too many levels
                key = ""
            if not 0 < len(key) <= names.MOST_KEY:
                tally.keyless += 1
                key = by_content(data)
            made.append(key)
        return made

    return keys
