"""Makes the partition keys of lines: from a field, or at random."""

import re
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from operator import attrgetter
from random import Random
from typing import Any

import msgspec

from common.text import quoted
from ingest.field_names import fits_struct
from ingest.files.bad_lines import BadLineError
from streams.backends import limits
from streams.core import names
from streams.core.records import Entry, InvalidRecordError
from streams.sources.base import SourceError

MOST_NAMED = 8  # fields that a sentence lists
MOST_STEPS = 32  # of a path to a field
READ_ERRORS = (msgspec.MsgspecError, UnicodeError, RecursionError)

_NUMBERS = re.compile(r"(?:(?:-?[0-9][-+.0-9eE]*|true|false)$\n?)+", re.MULTILINE).fullmatch
_raw = msgspec.json.Decoder(msgspec.Raw).decode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_text = msgspec.json.Decoder(str).decode


class RandomKeys:
    """Makes keys of 16 hexadecimal digits, which spread lines evenly over all shards."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def take(self, count: int) -> list[str]:
        digits = self._rng.randbytes(8 * count).hex()
        return [digits[place : place + 16] for place in range(0, 16 * count, 16)]


def parse_path(text: str) -> list[str]:
    """Returns the steps of a path such as `a.b.0`; `\\.` is a dot within a name. Raises SourceError."""
    steps = [step.replace("\0", ".") for step in text.replace("\\.", "\0").split(".")]
    if not all(steps) or len(steps) > MOST_STEPS:
        raise SourceError(f"{quoted(text)} is not a path of 1 to {MOST_STEPS} names with dots between them.")
    return steps


class FieldKeys:
    """Reads the key of a JSON line from the field at a path.

    A text is the key itself; a number is the key as it is written in the line (1.10 stays 1.10), true and false
    likewise. A line where the field is missing, null, an object or an array has no key.
    """

    def __init__(self, path: Sequence[str]) -> None:
        self._path = path
        # A step of digits may be an index of an array, which a Struct cannot describe.
        self._all_names = not any(step.isdecimal() for step in path) and all(map(fits_struct, path))
        self._texts = self._decoder(str)
        self._raws = self._decoder(msgspec.Raw)
        self._inner = attrgetter(".".join(["inner"] * len(path)))

    def _decoder(self, leaf: Any) -> Callable[[bytes], Any]:
        for step in reversed(self._path if self._all_names else []):
            leaf = msgspec.defstruct("Level", [("inner", leaf)], rename={"inner": step})
        return msgspec.json.Decoder(leaf).decode

    def of_all(self, lines: Sequence[bytes]) -> list[str]:
        """Returns the keys of lines that all are JSON in UTF-8 and have one. Raises an error where one is unusual."""
        if not self._all_names:
            return [self.of(line) for line in lines]
        try:
            return list(map(self._inner, map(self._texts, lines)))
        except msgspec.ValidationError:
            values = b"\n".join(map(bytes, map(self._inner, map(self._raws, lines)))).decode()
            if _NUMBERS(values):
                return values.split("\n")
            raise

    def of(self, line: bytes) -> str:
        """Returns the key of one line. Raises BadLineError."""
        check_json(line)
        value: bytes | msgspec.Raw = line
        for step in self._path:
            value = bytes(value).strip(b" \t\r\n")
            value = self._step(value, step)
        return self._in_words(bytes(value).strip(b" \t\r\n"))

    def _step(self, value: bytes, step: str) -> msgspec.Raw:
        fields: dict[str, msgspec.Raw] = {}
        try:
            if value.startswith(b"{"):
                fields = _object(value)
                return fields[step]
            if value.startswith(b"[") and step.isdecimal() and len(step) < 10:
                return _array(value)[int(step)]
        except LookupError:
            pass
        names = ", ".join(quoted(name) for name in islice(fields, MOST_NAMED))
        raise BadLineError(f"it has no field {quoted('.'.join(self._path))}", names and f"there are: {names}")

    def _in_words(self, value: bytes) -> str:
        if value.startswith(b'"'):
            return _text(value)
        if value == b"null" or value[:1] in (b"{", b"["):
            kind = {b"{": "an object", b"[": "an array"}.get(value[:1], "null")
            raise BadLineError(f"its field {quoted('.'.join(self._path))} is {kind}, which is no key")
        return value.decode()


def check_json(line: bytes) -> None:
    """Raises BadLineError for a line that is not one JSON value in UTF-8."""
    try:
        line.decode()
        _raw(line)
    except UnicodeDecodeError as error:
        raise BadLineError("it is not UTF-8", f"byte {error.start:,}; say --encoding if all lines are") from None
    except RecursionError:
        raise BadLineError("it is JSON of too many levels") from None
    except msgspec.MsgspecError as error:
        raise BadLineError("it is not JSON", str(error).removeprefix("JSON is malformed: ")) from None


def check_all_json(lines: Sequence[bytes]) -> None:
    """Raises READ_ERRORS if a line is not one JSON value; UTF-8 is not checked."""
    deque(map(_raw, lines), maxlen=0)


def check_record(key: str, data: bytes, most: int) -> None:
    """Raises BadLineError for a record that a stream with records of at most `most` bytes would refuse."""
    if not 1 <= len(key) <= names.MOST_KEY:
        raise BadLineError(f"its partition key has not 1 to {names.MOST_KEY} characters", f"{len(key):,} characters")
    try:
        limits.check(key, data, most)
    except InvalidRecordError:
        size = len(data) + len(key.encode())
        raise BadLineError(f"its record is larger than {most:,} bytes with its key", f"{size:,} bytes") from None


def entries_of(keys: list[str], datas: list[bytes], most: int) -> list[Entry]:
    """Returns the records of many lines. Raises InvalidRecordError if the stream would refuse one."""
    limits.check_all(keys, datas, most)
    return list(zip(keys, datas, strict=True))
