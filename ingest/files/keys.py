"""Makes the partition keys of lines: from a field, or at random."""

from collections import deque
from collections.abc import Sequence
from random import Random

import msgspec

from common.text import quoted
from ingest.files.bad_lines import BadLineError
from ingest.json_fields import JsonField, NoKeyError, steps_of
from streams.backends import limits
from streams.core import names
from streams.core.records import Entry, InvalidRecordError
from streams.sources.base import SourceError

MOST_NAMED = 8  # fields that a sentence lists
MOST_STEPS = 32  # of a path to a field

_raw = msgspec.json.Decoder(msgspec.Raw).decode


class RandomKeys:
    """Makes keys of 16 hexadecimal digits, which spread lines evenly over all shards."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def take(self, count: int) -> list[str]:
        digits = self._rng.randbytes(8 * count).hex()
        return [digits[place : place + 16] for place in range(0, 16 * count, 16)]


def parse_path(text: str) -> list[str]:
    """Returns the steps of a path such as `a.b.0`; `\\.` is a dot within a name. Raises SourceError."""
    steps = steps_of(text)
    if not all(steps) or len(steps) > MOST_STEPS:
        raise SourceError(f"{quoted(text)} is not a path of 1 to {MOST_STEPS} names with dots between them.")
    return steps


class FieldKeys:
    """Reads the key of a JSON line from the field at a path, as ingest.json_fields says."""

    def __init__(self, path: Sequence[str]) -> None:
        self._name = quoted(".".join(path))
        self._field = JsonField(path)

    def of_all(self, lines: Sequence[bytes]) -> list[str]:
        """Returns the keys of lines that all are JSON in UTF-8 and have one. Raises an error where one is unusual."""
        return self._field.of_all(lines) if self._field.all_names else [self.of(line) for line in lines]

    def of(self, line: bytes) -> str:
        """Returns the key of one line. Raises BadLineError."""
        check_json(line)
        try:
            return self._field.of(line)
        except NoKeyError as error:
            if error.found:
                raise BadLineError(f"its field {self._name} is {error.found}, which is no key") from None
            names = ", ".join(quoted(name) for name in error.others[:MOST_NAMED])
            raise BadLineError(f"it has no field {self._name}", names and f"there are: {names}") from None


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
