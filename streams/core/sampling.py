"""Tells which fields the records of a stream have, from a sample of them, within bounds that no sender can move."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from common.text import escaped
from streams.core.filters import kind
from streams.core.records import Record
from streams.core.showing import UNREADABLE, is_text, value_of

RECORDS = 200
SAMPLE_BYTES = 1 << 20  # of all records together
LARGEST = 65_536  # bytes of a record that is looked into
FIELDS = 100
DEEPEST = 4  # levels of nesting
NAME, EXAMPLE = 100, 60  # characters
MEMBERS = 200  # of one object that are looked at


class Field(NamedTuple):
    """Describes a field: its path, such as order.price, the kinds of its values, and the newest value seen."""

    name: str
    kinds: tuple[str, ...]
    example: str
    share: float  # of the sampled records, from 0 to 1


class Sample(NamedTuple):
    """Counts the sampled records that are JSON, text, binary, or too large to be read, and lists their fields."""

    read: int = 0
    json: int = 0
    text: int = 0
    binary: int = 0
    large: int = 0
    fields: tuple[Field, ...] = ()
    more: bool = False  # there are fields beyond those listed


class _Seen:
    """Collects the kinds of one field."""

    def __init__(self, example: Any) -> None:
        self.example = example
        self.kinds: dict[str, None] = {}
        self.records = 0


class _Fields:
    """Collects the fields of records, FIELDS of them at most."""

    def __init__(self) -> None:
        self.seen: dict[str, _Seen] = {}
        self.more = False
        self._left = 0  # members of the current record that may still be looked at

    def note(self, value: Any) -> None:
        self._left = MEMBERS
        self._note(value, "", 1)

    def _note(self, value: Any, prefix: str, depth: int) -> None:
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            self._left -= 1
            path = f"{prefix}.{name}" if prefix else name
            if self._left < 0 or len(path) > NAME:
                self.more = True
                if self._left < 0:
                    return
            elif isinstance(inner, dict) and inner and depth < DEEPEST:
                self._note(inner, path, depth + 1)
            else:
                self._add(path, inner)

    def _add(self, path: str, value: Any) -> None:
        found = self.seen.get(path)
        if found is None:
            if len(self.seen) == FIELDS:
                self.more = True
                return
            found = self.seen[path] = _Seen(value)
        found.kinds[kind(value)] = None
        found.records += 1


def sample(records: Iterable[Record]) -> Sample:
    """Returns a sample of the first records: RECORDS and SAMPLE_BYTES of them at most."""
    kinds: Counter[str] = Counter()
    fields, size = _Fields(), 0
    for *_, data in records:
        size += len(data)
        kinds[_note(fields, data)] += 1
        if kinds.total() >= RECORDS or size >= SAMPLE_BYTES:
            break
    read = kinds.total()
    rows = tuple(
        Field(escaped(name), tuple(seen.kinds), _example(seen.example), seen.records / read)
        for name, seen in fields.seen.items()
    )
    return Sample(read, kinds["json"], kinds["text"], kinds["binary"], kinds["large"], rows, fields.more)


def _note(fields: _Fields, data: bytes) -> str:
    """Notes the fields of a record. Returns its kind."""
    if len(data) > LARGEST:
        return "large"
    value = value_of(data)
    if value is UNREADABLE:
        return "text" if is_text(data) else "binary"
    fields.note(value)
    return "json"


def _example(value: Any) -> str:
    """Returns the beginning of a value as JSON, in one line."""
    text = msgspec.json.encode(value).decode()
    return escaped(text if len(text) <= EXAMPLE else f"{text[:EXAMPLE]}…")
