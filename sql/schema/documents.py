"""Opens a record: unpacks gzip, and splits JSON documents that stand one after another."""

import json
import zlib
from collections.abc import Iterator
from json import JSONDecodeError

import msgspec

from sql.schema.faults import ColumnError, unparsable

UNPACKED_MOST = 16 * 1024 * 1024  # bytes that one gzip record may become: a record of Kinesis has 1 MiB packed
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BLANKS = " \t\r\n"
_scan = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode

FAULTS = (msgspec.DecodeError, RecursionError, ValueError, ArithmeticError)  # of reading a record with msgspec


def opened(data: bytes) -> bytes:
    """Returns a record without gzip and without a byte order mark. Raises ColumnError."""
    content = unpacked(data) if data.startswith(_GZIP) else data
    return content.removeprefix(_BOM)


def unpacked(data: bytes) -> bytes:
    """Returns the content of a gzip record, of all its members. Raises ColumnError."""
    parts: list[bytes] = []
    left = UNPACKED_MOST
    while data.startswith(_GZIP):
        reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            parts.append(reader.decompress(data, left + 1))
        except zlib.error:
            raise unparsable("begins as gzip does, and cannot be unpacked") from None
        left -= len(parts[-1])
        if left < 0:
            raise unparsable(f"has more than {UNPACKED_MOST} bytes when it is unpacked")
        if not reader.eof:
            raise unparsable("is gzip that breaks off before its end")
        data = reader.unused_data
    return b"".join(parts)


def split(data: bytes, most: int) -> tuple[list[bytes], ColumnError | None]:
    """Returns the JSON documents of a record, and the fault at the first place where none can be read.

    There are at most `most` + 1 of them: the caller refuses a record with too many rows.
    """
    found: list[bytes] = []
    try:
        for document in documents(data):
            found.append(document)
            if len(found) > most:
                break
    except ColumnError as fault:
        return found, fault
    return found, None


def documents(data: bytes) -> Iterator[bytes]:
    """Gives each JSON document of a record. Raises ColumnError at the first place where none can be read."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise unparsable(f"is not UTF-8 at byte {error.start}") from None
    at = _after_blanks(text, 0)
    if at == len(text):
        raise unparsable("is empty")
    while at < len(text):
        try:
            end = _scan(text, at)[1]
        except JSONDecodeError as error:
            raise unparsable(f"is not JSON at character {error.pos}: {error.msg}") from None
        except RecursionError:
            raise unparsable("is JSON that is nested too deeply") from None
        yield text[at:end].encode()
        at = _after_blanks(text, end)


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def fault_of(error: Exception) -> ColumnError:
    """Returns the error for a document that msgspec cannot read."""
    if isinstance(error, RecursionError):
        return unparsable("is JSON that is nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return unparsable("is not UTF-8")
    return unparsable(f"is not JSON: {str(error).removeprefix('JSON is malformed: ')}")
