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
    headed: int = 0  # bytes that `head` is the hash of, perhaps more than were read
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


def first_of(descriptor: int) -> bytes:
    """Returns the first bytes of an open file, up to HEAD. Raises OSError."""
    return os.pread(descriptor, HEAD, 0)


def tail_of(descriptor: int, offset: int) -> str:
    """Returns the hash of the bytes before an offset of an open file. Raises OSError."""
    start = max(0, offset - TAIL)
    return hashed(os.pread(descriptor, offset - start, start))


def matches(position: Position, descriptor: int) -> bool:
    """Returns whether an open file has the bytes that were seen, up to the position. Raises OSError."""
    if os.fstat(descriptor).st_size < max(position.offset, position.headed):
        return False
    head = hashed(os.pread(descriptor, position.headed, 0))
    return head == position.head and tail_of(descriptor, position.offset) == position.tail


def alike(one: int, other: int) -> bool:
    """Returns whether one of two open files has all that the other has so far, and neither is empty. Raises OSError."""
    common = min(os.fstat(one).st_size, os.fstat(other).st_size)
    heads = (os.pread(each, min(HEAD, common), 0) for each in (one, other))
    return common > 0 and len(set(heads)) == 1 and tail_of(one, common) == tail_of(other, common)


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
