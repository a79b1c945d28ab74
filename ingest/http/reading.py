"""Makes records of a body: JSON, lines of JSON, CSV or lines of text.

One record that cannot be read does not stop the others: it becomes a fault with its line.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from ingest.http import tables
from ingest.http.keys import FaultError, Keys
from ingest.http.refusals import RefusedError
from ingest.json_fields import READ_ERRORS
from streams.backends import limits
from streams.core import names
from streams.core.records import InvalidRecordError

MOST_RECORDS = 100_000  # of a request
# An array is read at once, with 64 bytes and more for each element; a comma stands between two.
MOST_COMMAS = 1_000_000
BOM = b"\xef\xbb\xbf"
TOO_MANY = f"The body has more than {MOST_RECORDS:,} records: send it in parts."

_raw = msgspec.json.Decoder(msgspec.Raw).decode
_array = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Records(NamedTuple):
    """Holds the records of a body as columns of equal length, and the faults of the others, by line from 1."""

    keys: list[str]
    datas: list[bytes]
    lines: Sequence[int]
    faults: dict[int, str]


class Numbered(NamedTuple):
    """Holds the records of a body before their keys are known. `is_json` says that each is known to be JSON."""

    datas: list[bytes]
    lines: Sequence[int]
    faults: dict[int, str]
    is_json: bool


def read(kind: str, body: bytes, keys: Keys, most: int) -> Records:
    """Returns the records of a body of this media type, in which a record and its key have at most `most` bytes.

    Raises RefusedError if nothing of it can be read.
    """
    reader = READERS.get(kind)
    if reader is None:
        says = f"Send the Content-Type that the body has: {', '.join(READERS)}."
        raise RefusedError(415, "type", says, {"Accept-Post": ", ".join(READERS)})
    if keys.field and kind == TEXT:
        raise RefusedError(400, "key", "Lines of text have no fields: name the key by the header X-Partition-Key.")
    found = reader(body.removeprefix(BOM))
    if len(found.datas) + len(found.faults) > MOST_RECORDS:
        raise RefusedError(413, "records", TOO_MANY)
    return _keyed(found, keys, most)


def _keyed(found: Numbered, keys: Keys, most: int) -> Records:
    """Adds the keys; goes through the records one by one only where not all are as usual."""
    try:
        made = keys.of_all(found.datas)
        limits.check_all(made, found.datas, most)
        if not found.is_json:
            check_json(found.datas)
        return Records(made, found.datas, found.lines, found.faults)
    except (FaultError, *READ_ERRORS, InvalidRecordError):
        pass
    records = Records([], [], lines := [], dict(found.faults))
    for line, data in zip(found.lines, found.datas, strict=True):
        try:
            if not found.is_json:
                check_one_json(data)
            key = keys.of(data)
            check_size(key, data, most)
        except (FaultError, *READ_ERRORS) as error:
            records.faults[line] = str(error) if isinstance(error, FaultError) else "it is not JSON"
        else:
            records.keys.append(key)
            records.datas.append(data)
            lines.append(line)
    return records


def check_json(datas: Sequence[bytes]) -> None:
    """Raises READ_ERRORS if one is not one JSON value in UTF-8."""
    b"\n".join(datas).decode()
    deque(map(_raw, datas), maxlen=0)


def check_one_json(data: bytes) -> None:
    """Raises FaultError for a record that is not one JSON value in UTF-8."""
    try:
        check_json([data])
    except UnicodeDecodeError:
        raise FaultError("it is not UTF-8") from None
    except RecursionError:
        raise FaultError("it is JSON of too many levels") from None
    except msgspec.MsgspecError as error:
        raise FaultError(f"it is not JSON: {str(error).removeprefix('JSON is malformed: ')}") from None


def check_size(key: str, data: bytes, most: int) -> None:
    """Raises FaultError for a record that the stream would refuse."""
    if not 1 <= len(key) <= names.MOST_KEY:
        raise FaultError(f"its partition key has {len(key):,} characters; 1 to {names.MOST_KEY} are allowed")
    try:
        limits.check(key, data, most)
    except InvalidRecordError:
        raise FaultError(f"it has more than {most:,} bytes with its key") from None


def _json(body: bytes) -> Numbered:
    """Reads one object, or an array with the records as its elements."""
    body = body.strip(b" \t\r\n")
    try:
        body.decode()
        if body.startswith(b"["):
            if body.count(b",") > MOST_COMMAS:
                raise RefusedError(413, "records", "This array is too large: send it in parts, or as lines of JSON.")
            datas = list(map(bytes, _array(body)))
            return Numbered(datas, range(1, len(datas) + 1), {}, is_json=True)
        _raw(body)
    except READ_ERRORS as error:
        reason = "it has too many levels" if isinstance(error, RecursionError) else str(error)
        says = f"The body is not JSON: {reason}. Lines of JSON are sent as application/x-ndjson."
        raise RefusedError(400, "syntax", says) from None
    if not body.startswith(b"{"):
        raise RefusedError(400, "syntax", "The body is neither a JSON object nor an array.")
    return Numbered([body], [1], {}, is_json=True)


def _lines(body: bytes) -> Numbered:
    found = _split(body)
    return Numbered(*found, {}, is_json=False)


def _text(body: bytes) -> Numbered:
    found = _split(body)
    return Numbered(*found, {}, is_json=True)  # nothing is asked of a line of text


def _split(body: bytes) -> tuple[list[bytes], Sequence[int]]:
    """Returns the lines that are not blank, without their ends, and their numbers."""
    if body.count(b"\n") >= 2 * MOST_RECORDS:
        raise RefusedError(413, "records", TOO_MANY)
    lines = body.removesuffix(b"\n").split(b"\n")
    if b"\r" in body:
        lines = [line.removesuffix(b"\r") for line in lines]
    if all(lines) and not any(map(bytes.isspace, lines)):
        return lines, range(1, len(lines) + 1)
    kept = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [line for _, line in kept], [number for number, _ in kept]


def _csv(body: bytes) -> Numbered:
    found, faults = tables.read(body, MOST_RECORDS)
    return Numbered([data for _, data in found], [line for line, _ in found], faults, is_json=True)


TEXT = "text/plain"
READERS: dict[str, Callable[[bytes], Numbered]] = {
    "application/json": _json,
    "application/x-ndjson": _lines,
    "application/ndjson": _lines,
    "text/csv": _csv,
    TEXT: _text,
}


def outcomes_in_order(records: Records) -> Iterator[tuple[int, int | None]]:
    """Yields the line of each record, read or not, with its place among the read ones; None for a fault."""
    places = iter(enumerate(records.lines))
    waiting = sorted(records.faults)
    for place, line in places:
        while waiting and waiting[0] < line:
            yield waiting.pop(0), None
        yield line, place
    for line in waiting:
        yield line, None
