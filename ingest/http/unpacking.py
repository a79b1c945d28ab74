"""Reads the body of a request and unpacks it, never keeping more than a bound in memory."""

import zlib
from collections.abc import Callable, Generator, Iterator
from typing import Protocol

import zstandard

from ingest.http.refusals import RefusedError

PIECE = 1 << 16  # bytes read at once
# zstd packs 128 KiB of one byte into 4, and its Python package sets no bound to what a piece unpacks to: pieces of 256
# bytes unpack to at most 8 MiB.
ZSTD_PIECE = 256
ZSTD_WINDOW = 8 << 20  # bytes: the window that RFC 8878 §3.1.1.1.2 asks decoders to support
MOST_MEMBERS = 100  # gzip members or zstd frames in a body: each costs an unpacker of its own
ENCODINGS = ("gzip", "zstd")


Member = Callable[[memoryview, int], Generator[bytes, None, int]]


class Body(Protocol):
    def read(self, size: int, /) -> bytes: ...


def encoding_of(header: str) -> str:
    """Returns "", "gzip" or "zstd" for a Content-Encoding. Raises RefusedError for another."""
    name = header.strip().lower()
    if name in ("", "identity"):
        return ""
    name = name.removeprefix("x-")
    if name not in ENCODINGS:
        says = "Content-Encoding may be gzip or zstd, or left out."
        raise RefusedError(415, "encoding", says, {"Accept-Encoding": ", ".join(ENCODINGS)})
    return name


def read(body: Body, length: int | None, encoding: str, most: int) -> bytes:
    """Returns the unpacked body.

    Raises RefusedError if it, packed or unpacked, has more than `most` bytes, or fewer than `length`: its client went
    away, and the last record may be cut off.
    """
    if length is not None and length > most:
        raise too_large(most)
    try:
        packed = _joined(iter(lambda: body.read(PIECE), b""), most)
    except OSError:  # Django's UnreadablePostError among them
        raise _cut_off() from None
    if length is not None and len(packed) < length:
        raise _cut_off()
    if not encoding:
        return packed
    if encoding == "gzip":
        return _joined(_members(packed, _gzip_member, "gzip", zlib.error), most)
    return _joined(_members(packed, _zstd_frame, "zstd", zstandard.ZstdError), most)


def _cut_off() -> RefusedError:
    return RefusedError(400, "cut", "The body ended before its Content-Length: send the request again.")


def too_large(most: int) -> RefusedError:
    """Returns the error for a body of more than `most` bytes."""
    return RefusedError(413, "size", f"The body has more than {most:,} bytes, unpacked: send it in parts.")


def _joined(pieces: Iterator[bytes], most: int) -> bytes:
    found, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise too_large(most)
        found.append(piece)
    return b"".join(found)


def _members(packed: bytes, member: Member, name: str, error: type[Exception]) -> Iterator[bytes]:
    """Yields the content of the members of a file, one after the other."""
    view, start, members = memoryview(packed), 0, 0
    try:
        while start < len(view) or not members:
            members += 1
            if members > MOST_MEMBERS:
                raise RefusedError(413, "packed", f"The body has more than {MOST_MEMBERS} {name} members.")
            start = yield from member(view, start)
    except (error, EOFError):
        says = f"The body does not unpack as {name}: it is damaged, cut off or something else."
        raise RefusedError(400, "packed", says) from None


def _gzip_member(view: memoryview, start: int) -> Generator[bytes, None, int]:
    """Yields the content of the member that starts there, and returns where it ends. Raises zlib.error, EOFError."""
    unpacker = zlib.decompressobj(wbits=31)
    for place in range(start, len(view), PIECE):
        rest: memoryview | bytes = view[place : place + PIECE]
        end = place + len(rest)
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, PIECE)
            rest = unpacker.unconsumed_tail
        if unpacker.eof:
            return end - len(unpacker.unused_data)
    while piece := unpacker.decompress(b"", PIECE):
        yield piece
    if not unpacker.eof:
        raise EOFError
    return len(view)


def _zstd_frame(view: memoryview, start: int) -> Generator[bytes, None, int]:
    """Yields the content of the frame that starts there, and returns where it ends. Raises ZstdError, EOFError."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
    for place in range(start, len(view), ZSTD_PIECE):
        piece = view[place : place + ZSTD_PIECE]
        yield unpacker.decompress(piece)
        if unpacker.eof:
            return place + len(piece) - len(unpacker.unused_data)
    raise EOFError
