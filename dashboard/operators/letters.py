"""Makes the bytes of a dead letter readable."""

from typing import NamedTuple

from streams.core import showing

MOST_HEX = 4096
ROW = 16


class Bytes(NamedTuple):
    """The beginning of some bytes. `text` is None if they are no UTF-8; `dump` has rows of offset, hex and ASCII."""

    size: int
    kind: str  # JSON, text or binary
    text: str | None
    text_cut: bool
    dump: list[tuple[str, str, str]]
    dump_cut: bool


def readable(data: bytes) -> Bytes:
    """Returns the beginning of the bytes, laid out, and in hexadecimal."""
    shown = showing.laid_out(data)
    rows = [_row(data, offset) for offset in range(0, min(len(data), MOST_HEX), ROW)]
    return Bytes(len(data), shown.kind, shown.text, shown.cut, rows, len(data) > MOST_HEX)


def _row(data: bytes, offset: int) -> tuple[str, str, str]:
    chunk = data[offset : min(offset + ROW, MOST_HEX)]
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
    return f"{offset:06x}", chunk.hex(" "), shown
