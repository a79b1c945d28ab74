"""Holds how far a file was read, and how the file is known again: by its device, its inode and its content.

The content is known by two hashes: of the first bytes, and of the bytes just before the position. A file that has other
bytes there was truncated and written anew, or its inode number was given to another file.
"""

import os
from collections.abc import Mapping
from hashlib import blake2b

import msgspec

HEAD = 1024  # most bytes of the first hash
TAIL = 64  # most bytes of the second
FOLLOWED, GONE, TRUNCATED = "followed", "gone", "truncated"
Id = tuple[int, int]  # device and inode


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """Describes one file, or one generation of a file that is truncated again and again. All before `offset` is in."""

    path: str
    device: int
    inode: int
    began: int = 0  # the first byte that was to be read
    offset: int = 0
    size: int = 0  # bytes of the file when it was last seen
    head: str = ""
    tail: str = ""
    headers: int = 0  # lines of the header that are still to skip
    inside: bool = False  # the position is inside a record that was cut off
    rotated: bool = False  # the file has another name than it had, or is a copy
    state: str = FOLLOWED
    lost: int = 0  # bytes that are known to have been there, and were not read
    seen: int = 0  # milliseconds: when this was written

    @property
    def id(self) -> Id:
        return self.device, self.inode

    @property
    def unread(self) -> int:
        """Returns the bytes that were seen but not read."""
        return max(0, self.size - self.offset)


def hashed(data: bytes) -> str:
    """Returns the hash of some bytes of a file; "" for none."""
    return blake2b(data, digest_size=8).hexdigest() if data else ""


def prints(descriptor: int, offset: int) -> tuple[str, str]:
    """Returns both hashes of an open file for an offset. Raises OSError."""
    head = os.pread(descriptor, min(HEAD, offset), 0)
    start = max(0, offset - TAIL)
    return hashed(head), hashed(os.pread(descriptor, offset - start, start))


def matches(position: Position, descriptor: int) -> bool:
    """Returns whether an open file has, before the position, the bytes that were read there. Raises OSError."""
    if os.fstat(descriptor).st_size < position.offset:
        return False
    return prints(descriptor, position.offset) == (position.head, position.tail)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Position).decode


def encoded(position: Position) -> str:
    return _encode(position).decode()


def decoded(marks: Mapping[str, str], prefix: str) -> dict[int, Position]:
    """Returns positions by their serial number. A mark that cannot be read raises ValueError with its name."""
    found = {}
    for name, value in marks.items():
        serial = name.removeprefix(prefix)
        if serial.isdecimal():
            try:
                found[int(serial)] = _decode(value)
            except msgspec.MsgspecError as error:
                raise ValueError(f"the mark {name} is damaged: {error}") from None
    return found
