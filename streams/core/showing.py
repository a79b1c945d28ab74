"""Prepares untrusted bytes for display. Nothing here raises, for any bytes.

The shown part is cut first and laid out afterwards, so that the cost follows the shown size: JSON nested 900 deep
grows 900 times when it is indented. The test whether bytes are JSON only scans them.
"""

import base64
import codecs
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from common.text import escaped

MOST_TEXT = 65_536  # characters of one record that a page shows
MOST_LINE = 16_384  # bytes of one record in a line for people
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
UNREADABLE = object()  # the value of bytes that cannot be decoded as JSON

_PIECE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


class Layout(NamedTuple):
    """Holds bytes prepared for display. `text` is None for bytes that are not UTF-8; `kind` is JSON, text or binary."""

    kind: str
    text: str | None
    cut: bool


def is_json(data: bytes) -> bool:
    """Returns whether the bytes are JSON in UTF-8. JSON nested too deep to be checked (about 1,000) counts as none."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
        data.decode()  # the scan does not look inside strings
    except NOT_JSON:
        return False
    return True


def is_text(data: bytes) -> bool:
    """Returns whether the bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def value_of(data: bytes) -> Any:
    """Returns the decoded JSON; UNREADABLE if it is invalid, or has a number that fits neither float nor int64."""
    try:
        return msgspec.json.decode(data)
    except NOT_JSON:
        return UNREADABLE


def member(data: bytes) -> dict[str, Any]:
    """Returns the bytes as a member of a JSON line: `data` with the JSON as written, else `data_base64`."""
    if is_json(data):
        try:
            return {"data": msgspec.Raw(msgspec.json.format(data, indent=-1))}
        except NOT_JSON:
            pass
    return {"data_base64": base64.b64encode(data).decode()}


def json_line(row: dict[str, Any]) -> str:
    """Returns the row as one line of JSON without a control character."""
    return escaped(msgspec.json.encode(row).decode())


def in_line(data: bytes, most: int = MOST_LINE) -> str:
    """Returns the beginning of the bytes as one line of text, bytes that are no UTF-8 as \\xNN."""
    shown = escaped(_whole_characters(data, most).decode(errors="backslashreplace"))
    return shown if len(data) <= most else f"{shown}… ({len(data):,} bytes)"


def laid_out(data: bytes, most: int = MOST_TEXT) -> Layout:
    """Returns the beginning of the bytes as text, at most about `most` characters, JSON indented."""
    beginning = _whole_characters(data, most)
    try:
        data.decode()
    except UnicodeDecodeError:
        return Layout("binary", None, cut=False)
    text = beginning.decode()
    if not is_json(data):
        return Layout("text", escaped(text, "\n\t"), cut=len(beginning) < len(data))
    lines, cut = _bounded(_indented(text), most)
    return Layout("JSON", escaped(lines, "\n"), cut=cut or len(beginning) < len(data))


def _whole_characters(data: bytes, most: int) -> bytes:
    """Returns at most `most` bytes, without an incomplete character at the end."""
    if len(data) <= most:
        return data
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    decoder.decode(data[:most])
    return data[: most - len(decoder.getstate()[0])]


def _bounded(pieces: Iterator[str], most: int) -> tuple[str, bool]:
    found: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            return "".join(found), True
        found.append(piece)
    return "".join(found), False


def _indented(text: str) -> Iterator[str]:
    """Yields JSON, which may be cut at the end, with two spaces a level; every number stays as written."""
    depth, empty = 0, False  # `empty`: the last piece opened an object or array
    for piece in (found[0] for found in _PIECE.finditer(text)):
        if piece in ("]", "}"):
            depth -= 1
            yield piece if empty else f"\n{'  ' * depth}{piece}"
            empty = False
            continue
        if empty:
            yield f"\n{'  ' * depth}"
        empty = piece in ("[", "{")
        depth += empty
        if piece == ",":
            yield f",\n{'  ' * depth}"
        else:
            yield ": " if piece == ":" else piece
