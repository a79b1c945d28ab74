"""A dead letter's bytes, made readable."""

from typing import NamedTuple

import msgspec

MOST_TEXT = 65_536  # bytes of it that a page shows
MOST_HEX = 4096
ROW = 16


class Bytes(NamedTuple):
    """`text` is None where the bytes are no UTF-8; each row of `dump` is its offset, its bytes in hex, and as ASCII."""

    size: int
    kind: str  # JSON, text or binary
    text: str | None
    text_cut: bool
    dump: list[tuple[str, str, str]]
    dump_cut: bool


def readable(data: bytes) -> Bytes:
    kind, text = _read(data)
    cut = text is not None and len(text) > MOST_TEXT
    rows = [_row(data, offset) for offset in range(0, min(len(data), MOST_HEX), ROW)]
    return Bytes(len(data), kind, text and text[:MOST_TEXT], cut, rows, len(data) > MOST_HEX)


def _read(data: bytes) -> tuple[str, str | None]:
    """Formatting leaves every number as it was written."""
    try:
        msgspec.json.decode(data)
        return "JSON", msgspec.json.format(data, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return "text", data.decode()
    except UnicodeDecodeError:
        return "binary", None


def _row(data: bytes, offset: int) -> tuple[str, str, str]:
    chunk = data[offset : min(offset + ROW, MOST_HEX)]
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
    return f"{offset:06x}", chunk.hex(" "), shown
