"""Opens and reads the files that are followed."""

import os
import weakref
from collections import OrderedDict
from typing import NamedTuple

import msgspec

from ingest.tails import positions
from ingest.tails.positions import TAIL, Id, Position, hashed

READ = 1 << 20  # bytes at a time; more than the longest record has
MOST_OPEN = 256  # files that stay open: a file that is removed can be read to its end while it is open
RETRY = 10.0  # seconds after which a file is tried again that could not be read
FIRST = 64  # bytes of each file that are held in memory, to notice a copy


class ChangedError(Exception):
    """Means that a file does not have the bytes any more that were read before its position."""


class Followed:
    """Holds one file that is followed."""

    def __init__(self, serial: int, position: Position, now: float, *, decided: bool) -> None:
        self.serial = serial
        self.position = position
        self.decided = decided  # False: the file is new, and may turn out to be a copy of another
        self.born = now
        self.quiet_since = now  # seconds: when its size or its time stamp was last seen to change
        self.size = 0
        self.changed = -1  # nanoseconds: the file's time stamp
        self.missing = False  # it has no path that is known any more
        self.held = False  # all complete lines are read; the last one has no newline yet
        self.tried = -1  # the size at which the last line was taken without its newline
        self.fault = ""  # why it cannot be read
        self.retry = 0.0  # seconds: when it is tried again
        self.complained = ""  # the last reason that people were told
        self.first = b""
        self.after: Followed | None = None  # is read before this one: the file that had the same path

    def fail(self, error: OSError, now: float) -> str:
        """Notes why the file cannot be read; returns a sentence to tell, or "" if it was told."""
        self.fault, self.retry = error.strerror or str(error), now + RETRY
        if self.complained == self.fault:
            return ""
        self.complained = self.fault
        return f"{self.position.path} cannot be read: {self.fault}."

    @property
    def id(self) -> Id:
        return self.position.id

    @property
    def uncertain(self) -> bool:
        """Returns whether a later look has to tell if there are bytes to read."""
        return not self.fault and (self.changed < 0 or (not self.decided and self.size > 0))

    @property
    def unsettled(self) -> bool:
        """Returns whether something is still to be done, though the file does not change."""
        return self.readable or self.held or self.missing or not self.decided or bool(self.fault)

    @property
    def readable(self) -> bool:
        """Returns whether there are bytes that were not tried to read."""
        return self.decided and not self.held and not self.fault and self.size > self.position.offset


class Descriptors:
    """Keeps the files open that were used last."""

    def __init__(self, most: int = MOST_OPEN) -> None:
        self._most = most
        self._open: OrderedDict[int, tuple[int, Id]] = OrderedDict()  # by the identity of the Followed
        weakref.finalize(self, _close_all, self._open)

    def held(self, file: Followed) -> int | None:
        """Returns the descriptor of a file if it is open."""
        found = self._open.get(id(file))
        return found[0] if found and found[1] == file.id else None

    def open(self, file: Followed) -> int:
        """Returns the descriptor of a file. Raises OSError; FileNotFoundError too if another file has its path."""
        if (held := self.held(file)) is not None:
            self._open.move_to_end(id(file))
            return held
        self.close(file)
        descriptor = os.open(file.position.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        found = os.fstat(descriptor)
        if (found.st_dev, found.st_ino) != file.id:
            os.close(descriptor)
            raise FileNotFoundError(file.position.path)
        self._open[id(file)] = descriptor, file.id
        if len(self._open) > self._most:
            os.close(self._open.popitem(last=False)[1][0])
        return descriptor

    def close(self, file: Followed) -> None:
        if found := self._open.pop(id(file), None):
            os.close(found[0])


def _close_all(descriptors: OrderedDict[int, tuple[int, Id]]) -> None:
    while descriptors:
        os.close(descriptors.popitem()[1][0])


class Piece(NamedTuple):
    """Holds bytes of a file from its position on, without a hole at the beginning of the file."""

    before: bytes  # the last bytes before `data`
    data: bytes
    start: int  # where `data` begins in the file
    first: bytes  # the first bytes of the file, up to HEAD


def read(descriptor: int, position: Position) -> Piece:
    """Reads on from a position. Raises ChangedError if other bytes are before it, and OSError.

    All that is compared and returned was in the file at one time: a writer may truncate it between two calls.
    """
    first = positions.first_of(descriptor)
    back = min(TAIL, position.offset)
    raw = os.pread(descriptor, back + READ, position.offset - back)
    before, data = raw[:back], raw[back:]
    known = len(first) >= position.headed and hashed(first[: position.headed]) == position.head
    if not known or len(before) < back or hashed(before) != position.tail:
        raise ChangedError
    if position.offset == 0 and data[:1] == b"\0":
        piece = _past_hole(descriptor, first)
    else:
        piece = Piece(before, data, position.offset, first)
    if positions.first_of(descriptor)[: len(first)] != first:
        raise ChangedError
    return piece


def _past_hole(descriptor: int, first: bytes) -> Piece:
    """Reads after the zero bytes at the beginning of a file.

    A writer that does not append leaves them behind when its file is truncated.
    """
    try:
        begin = os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError:  # there is nothing but the hole
        return Piece(b"", b"", 0, first)
    data = os.pread(descriptor, READ, begin)
    text = data.lstrip(b"\0")
    return Piece(b"", text, begin + len(data) - len(text), first)


def advanced(descriptor: int, position: Position, piece: Piece, consumed: int, **changes: object) -> Position:
    """Returns the position after some bytes of a piece. Raises OSError."""
    offset = piece.start + consumed
    headed, head = position.headed, position.head
    if headed < len(piece.first):
        headed, head = len(piece.first), hashed(piece.first)
    if piece.start == position.offset:
        tail = hashed((piece.before + piece.data[max(0, consumed - TAIL) : consumed])[-TAIL:])
    else:
        tail = positions.tail_of(descriptor, offset)
    return msgspec.structs.replace(position, offset=offset, headed=headed, head=head, tail=tail, **changes)
