"""Checks the arguments of a request as the service does, and words the faults as it does.

A value of the wrong type is a SerializationException. All other faults of a request are told together, in one
ValidationException. Source: the service's model in botocore gives patterns and bounds; its answers give the words.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ingest.endpoint.errors import serialization, validation
from ingest.endpoint.wire_cbor import Stamp

MOST_FAULTS = 10
LONGEST = 512  # characters of a text with a pattern: those of the service take long on a long text
MOST_SHOWN = 300  # characters of a refused value
NULL = "Member must not be null"

Report = Callable[[Any, str, str], None]  # takes the value, the path to it, and the broken constraint


class Kind(Protocol):
    """Reads one kind of value, and reports the constraints that it breaks."""

    def read(self, value: Any, path: str, report: Report) -> Any: ...


def _lengths(value: Any, path: str, least: int, most: int | None, report: Report) -> None:
    if most is not None and len(value) > most:
        report(value, path, f"Member must have length less than or equal to {most}")
    if len(value) < least:
        report(value, path, f"Member must have length greater than or equal to {least}")


def _wrong(value: Any, wanted: str) -> Exception:
    if isinstance(value, list):
        return serialization("Start of list found where not expected")
    if isinstance(value, dict):
        return serialization("Start of structure or map found where not expected.")
    names = {bool: "java.lang.Boolean", str: "java.lang.String"}
    name = names.get(type(value), "com.amazon.coral.value.json.numbers.TruncatingBigNumber")
    return serialization(f"class {name} can not be converted to {wanted}")


class Text(NamedTuple):
    pattern: str = ""
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, report: Report) -> str:
        if not isinstance(value, str):
            raise _wrong(value, "a String")
        _lengths(value, path, self.least, self.most, report)
        if self.pattern and (len(value) > LONGEST or not re.fullmatch(self.pattern, value, re.ASCII)):
            report(value, path, f"Member must satisfy regular expression pattern: {self.pattern}")
        return value


class Choice(NamedTuple):
    values: tuple[str, ...]

    def read(self, value: Any, path: str, report: Report) -> str:
        if not isinstance(value, str):
            raise _wrong(value, "a String")
        if value not in self.values:
            report(value, path, f"Member must satisfy enum value set: [{', '.join(self.values)}]")
        return value


class Whole(NamedTuple):
    least: int | None = None
    most: int | None = None

    def read(self, value: Any, path: str, report: Report) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise _wrong(value, "an Integer")
        found = int(max(-(2**31), min(value, 2**31 - 1)))
        if self.least is not None and found < self.least:
            report(found, path, f"Member must have value greater than or equal to {self.least}")
        if self.most is not None and found > self.most:
            report(found, path, f"Member must have value less than or equal to {self.most}")
        return found


class Flag(NamedTuple):
    def read(self, value: Any, path: str, report: Report) -> bool:
        if not isinstance(value, bool):
            raise _wrong(value, "a Boolean")
        return value


class Time(NamedTuple):
    """Reads a time into milliseconds."""

    def read(self, value: Any, path: str, report: Report) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(value, "milliseconds since epoch")
        found = float(value) if isinstance(value, Stamp) else float(value) * 1000
        if not abs(found) < 1e15:  # about the year 33,658; NaN fails too
            raise serialization("The time is out of range.")
        return round(found)


class Blob(NamedTuple):
    most: int

    def read(self, value: Any, path: str, report: Report) -> bytes:
        if isinstance(value, str):
            try:
                value = base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise serialization("The value can not be converted to a Blob: it is not base64.") from None
        if not isinstance(value, bytes):
            raise _wrong(value, "a Blob")
        _lengths(value, path, 0, self.most, report)
        return value


class Items(NamedTuple):
    member: Kind
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, report: Report) -> list[Any]:
        if not isinstance(value, list):
            raise serialization("Expected list or null")
        _lengths(value, path, self.least, self.most, report)
        members = enumerate(value[: self.most], start=1)
        return [_member(self.member, member, f"{path}.{place}.member", report) for place, member in members]


def _member(kind: Kind, value: Any, path: str, report: Report) -> Any:
    if value is None:
        report(None, path, NULL)
        return None
    return kind.read(value, path, report)


class Pairs(NamedTuple):
    key: Kind
    value: Kind
    least: int = 0
    most: int | None = None

    def read(self, value: Any, path: str, report: Report) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise serialization("Expected map or null")
        _lengths(value, path, self.least, self.most, report)
        found = {}
        for key, member in list(value.items())[: self.most]:
            if not isinstance(key, str):
                raise _wrong(key, "a String")
            self.key.read(key, f"{path}.{key}.key", report)
            found[key] = _member(self.value, member, f"{path}.{key}.member", report)
        return found


class Fields(NamedTuple):
    """Reads a structure. Fields that it does not know are ignored, as the service ignores them."""

    kinds: Mapping[str, Kind]
    required: Sequence[str] = ()

    def read(self, value: Any, path: str, report: Report) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise serialization("Unexpected value: a structure was expected.")
        found = {}
        for name, kind in self.kinds.items():
            inner = f"{path}.{_lower(name)}" if path else _lower(name)
            member = value.get(name)
            if member is not None:
                found[name] = kind.read(member, inner, report)
            elif name in self.required:
                report(None, inner, NULL)
        return found


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


class Faults:
    """Collects the broken constraints of one request."""

    def __init__(self) -> None:
        self.count = 0
        self.words: list[str] = []

    def __call__(self, value: Any, path: str, constraint: str) -> None:
        self.count += 1
        if self.count <= MOST_FAULTS:
            shown = "null" if value is None else f"'{_shown(value)}'"
            self.words.append(f"Value {shown} at '{path[:MOST_SHOWN]}' failed to satisfy constraint: {constraint}")


def _shown(value: Any) -> str:
    if isinstance(value, bytes):
        return f"java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]"
    if isinstance(value, list | dict):
        return f"[{len(value)} members]"
    return str(value)[:MOST_SHOWN]


def checked(fields: Fields, value: Any) -> dict[str, Any]:
    """Returns the arguments of a request. Raises ApiError with all its faults."""
    faults = Faults()
    found = fields.read(value, "", faults)
    if faults.words:
        number = len(faults.words)
        noun = "error" if number == 1 else "errors"
        raise validation(f"{number} validation {noun} detected: {'; '.join(faults.words)}")
    return found
