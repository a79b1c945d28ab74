"""Reads sample records: lines of JSON, each with the time at which its record arrived."""

import sys
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sql.folder import FolderError
from streams.core import moments
from streams.core.records import Batch

BATCH_MOST = 10_000  # records, as a worker reads them
KEYS = {"arrived", "key", "data"}  # of a line
LINE_MOST = 16 << 20  # bytes
STDIN = Path("-")
_FORM = '; a line is {"arrived": TIME, "key": KEY, "data": DATA}; run and diff take data alone with --arrived FIELD'


class Sample(NamedTuple):
    """Holds one record: its arrival in milliseconds, its partition key, and its bytes."""

    arrived: int
    key: str
    data: bytes


class _Wrapped(msgspec.Struct):
    arrived: str | int
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    data_base64: str | msgspec.UnsetType = msgspec.UNSET  # empty for a record without bytes
    key: str = ""
    partition_key: str = ""


def read(path: Path, field: str = "") -> Iterator[Sample]:
    """Yields the records of a file, or of standard input for `-`. Raises FolderError for a line that holds none.

    A line is `{"arrived": TIME, "key": KEY, "data": DATA}`, as `archive replay` and `streams tail --json` print it; the
    bytes of a record that is no JSON are in `data_base64`. With `field` it is the data itself, an object whose field
    of that name holds the time of arrival. A time is in ISO 8601, or in milliseconds since 1970.
    """
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LINE_MOST), b""), 1):
                if line.strip():
                    yield _sample(line, field, f"{path}, line {number}")
    except OSError as error:
        raise FolderError(f"The records {path} cannot be read: {error.strerror}.") from None


def batches(samples: Iterable[Sample], before: int = 0) -> Iterator[Batch]:
    """Yields the records in batches of one time of arrival; their sequence numbers go on from `before`."""
    number = before
    for arrived, group in groupby(samples, key=itemgetter(0)):
        chunk: list[Sample] = []
        for sample in group:
            chunk.append(sample)
            if len(chunk) == BATCH_MOST:
                yield _batch(arrived, number, chunk)
                number, chunk = number + len(chunk), []
        if chunk:
            yield _batch(arrived, number, chunk)
            number += len(chunk)


def _batch(arrived: int, before: int, samples: list[Sample]) -> Batch:
    sequences = list(range(before + 1, before + 1 + len(samples)))
    return Batch(arrived, sequences, [each.key for each in samples], [each.data for each in samples])


def _sample(line: bytes, field: str, place: str) -> Sample:
    try:
        if field:
            return Sample(_moment(_field(line, field, place), place), "", line.strip())
        wrapped = msgspec.json.decode(line, type=_Wrapped)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "" if field else _FORM
        raise FolderError(f"{place} is no record: {error}{hint}.") from None
    return Sample(_moment(wrapped.arrived, place), wrapped.key or wrapped.partition_key, _data(wrapped, place))


def _data(wrapped: _Wrapped, place: str) -> bytes:
    if isinstance(wrapped.data, msgspec.Raw):
        data = bytes(wrapped.data)
        return _plain(data) if data.startswith(b'"') else data
    try:
        if isinstance(wrapped.data_base64, str):
            return b64decode(wrapped.data_base64, validate=True)
    except Base64Error:
        pass
    raise FolderError(f"{place} is no record: it has neither data nor a data_base64 that is Base64{_FORM}.")


def _plain(data: bytes) -> bytes:
    """Returns the bytes of a record that is a text, such as a line of CSV."""
    return msgspec.json.decode(data, type=str).encode()


def _field(line: bytes, field: str, place: str) -> Any:
    value = msgspec.json.decode(line)
    for step in field.removeprefix("$.").split("."):
        if not isinstance(value, dict) or step not in value:
            raise FolderError(f"{place} has no field {field!r}, which --arrived names.")
        value = value[step]
    return value


def _moment(value: Any, place: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
        return value
    try:
        return moments.parse(str(value), now=_no_clock)
    except (ValueError, OverflowError):
        raise FolderError(f"{place}: {str(value)[:40]!r} is no time; write 2026-01-31T09:30:00.250Z.") from None


def _no_clock() -> int:
    raise ValueError("a time of a record does not depend on now")
