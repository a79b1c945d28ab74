"""Reads one field of JSON records by its path, as the doors in take partition keys from it."""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

READ_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError)
BLANKS = b" \t\r\n"  # JSON's white space

_NUMBERS = re.compile(r"(?:(?:-?[0-9][-+.0-9eE]*|true|false)$\n?)+", re.MULTILINE).fullmatch
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_text = msgspec.json.Decoder(str).decode
_KINDS = {b"{": "an object", b"[": "an array"}


class NoKeyError(LookupError):
    """Means that a record has no key at the path.

    `found` is the kind of the value there, "" if there is no such field; `others` are the fields beside it.
    """

    def __init__(self, found: str = "", others: Sequence[str] = ()) -> None:
        super().__init__(found)
        self.found = found
        self.others = others


def fits_struct(name: str) -> bool:
    """Returns whether msgspec takes the name for a field of a Struct: it needs no escape in JSON."""
    return not any(sign in '"\\' or sign < " " for sign in name)


def steps_of(path: str) -> list[str]:
    """Returns the steps of a path such as `a.b.0`; `\\.` is a dot within a name. A step may be empty."""
    return [step.replace("\0", ".") for step in path.replace("\\.", "\0").split(".")]


class JsonField:
    """Reads the field at a path, whose steps are names of fields, or indices of arrays.

    A text is the key itself; a number is the key as it is written in the record (1.10 stays 1.10), true and false
    likewise. A record where the field is missing, null, an object or an array has no key.
    """

    def __init__(self, steps: Sequence[str]) -> None:
        self._steps = steps
        # A step of digits may be an index of an array, which a Struct cannot describe.
        self.all_names = not any(step.isdecimal() for step in steps) and all(map(fits_struct, steps))
        self._texts = self._decoder(str)
        self._raws = self._decoder(msgspec.Raw)
        self._inner = attrgetter(".".join(["inner"] * len(steps)))

    def _decoder(self, leaf: Any) -> Callable[[bytes], Any]:
        for step in reversed(self._steps if self.all_names else []):
            leaf = msgspec.defstruct("Level", [("inner", leaf)], rename={"inner": step})
        return msgspec.json.Decoder(leaf).decode

    def of_all(self, datas: Sequence[bytes]) -> list[str]:
        """Returns the keys of records that all have one. Raises READ_ERRORS or NoKeyError where one is unusual."""
        if not self.all_names:
            return [self.of(data) for data in datas]
        try:
            return list(map(self._inner, map(self._texts, datas)))
        except msgspec.ValidationError:
            values = b"\n".join(map(bytes, map(self._inner, map(self._raws, datas)))).decode()
            if _NUMBERS(values):
                return values.split("\n")
            raise

    def of(self, data: bytes) -> str:
        """Returns the key of one record, which is valid JSON. Raises NoKeyError."""
        value = data
        for step in self._steps:
            value = _at(value.strip(BLANKS), step)
        value = value.strip(BLANKS)
        if value.startswith(b'"'):
            return _text(value)
        if value == b"null" or value[:1] in _KINDS:
            raise NoKeyError(_KINDS.get(value[:1], "null"))
        return value.decode()


def _at(value: bytes, step: str) -> bytes:
    fields: dict[str, msgspec.Raw] = {}
    try:
        if value.startswith(b"{"):
            fields = _object(value)
            return bytes(fields[step])
        if value.startswith(b"[") and step.isascii() and step.isdecimal() and len(step) < 10:
            return bytes(_array(value)[int(step)])
    except LookupError:
        pass
    raise NoKeyError(others=list(fields))
