"""Encodes a state: the head in the lease's own row, and the segments beside it, each with a checksum."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from streams.core.state import HistoryRow, StateKey

# 0xC1 never occurs in msgpack: no older release wrote a state that begins with it, and each refuses one.
FORMAT = b"\xc1\x02"
CHECKSUM = 4  # bytes

Content = TypeVar("Content")
Entries = Mapping[StateKey, bytes | None]  # None marks a key as removed: an older segment still has it


class SegmentId(NamedTuple):
    """Identifies a segment within its lease; numbers ascend and are never reused."""

    history: bool  # True for history rows, False for entries
    number: int


Read = Callable[[Sequence[SegmentId]], Iterable[tuple[SegmentId, bytes]]]  # existing segments, in the requested order


class DamagedStateError(Exception):
    """Means that a stored state cannot be read; the message is part of a sentence."""


class Head(msgspec.Struct, array_like=True, frozen=True):
    """Holds the part of a state that each commit writes: the newest changes, and the numbers of the segments."""

    meta: bytes = b""
    watermark: int = 0  # milliseconds; history rows that are void by then are not loaded
    entries: dict[StateKey, bytes | None] = {}
    history: list[HistoryRow] = []
    first: int = 0  # number of the oldest segment of entries …
    next: int = 0  # … and of the next one
    rows: list[tuple[int, int]] = []  # segments of history, as runs: the first number and how many
    next_rows: int = 0

    def entry_segments(self) -> list[SegmentId]:
        return [SegmentId(history=False, number=number) for number in range(self.first, self.next)]

    def history_segments(self) -> list[SegmentId]:
        runs = (range(first, first + count) for first, count in self.rows)
        return [SegmentId(history=True, number=number) for run in runs for number in run]


_encode = msgspec.msgpack.Encoder().encode
_decode_head = msgspec.msgpack.Decoder(Head).decode
_decode_entries = msgspec.msgpack.Decoder(dict[StateKey, bytes | None]).decode
_decode_history = msgspec.msgpack.Decoder(list[HistoryRow]).decode


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Returns ascending numbers as runs: the first number of each, and how many follow without a gap."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and sum(found[-1]) == number:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return found


def entry_size(key: StateKey, data: bytes | None) -> int:
    """Returns the most bytes that an entry takes in a segment: msgpack writes up to 5 bytes before each part."""
    return 10 + 5 * len(key) + len("".join(key).encode()) + len(data or b"")


def row_size(row: HistoryRow) -> int:
    """Returns the most bytes that a history row takes in a segment."""
    return 20 + len(row.key.encode()) + len(row.data)


def sealed(content: Head | Entries | Sequence[HistoryRow]) -> bytes:
    """Returns the bytes to store for a head or a segment."""
    data = _encode(content)
    return FORMAT + zlib.crc32(data).to_bytes(CHECKSUM, "big") + data


def open_head(data: bytes) -> Head:
    """Decodes a head; empty bytes give an empty head. Raises DamagedStateError."""
    return _opened(data, "its state", _decode_head) if data else Head()


def open_entries(segment: SegmentId, data: bytes) -> dict[StateKey, bytes | None]:
    """Decodes a segment of entries. Raises DamagedStateError."""
    return _opened(data, f"segment {segment.number} of its state", _decode_entries)


def open_history(segment: SegmentId, data: bytes) -> list[HistoryRow]:
    """Decodes a segment of history rows. Raises DamagedStateError."""
    return _opened(data, f"segment {segment.number} of its history", _decode_history)


def read_all(read: Read, segments: Sequence[SegmentId]) -> Iterator[tuple[SegmentId, bytes]]:
    """Yields each segment with its bytes. Raises DamagedStateError if one is missing."""
    found = iter(read(segments))
    for segment in segments:
        one, data = next(found, (None, b""))
        if one != segment:
            part = "history" if segment.history else "state"
            raise DamagedStateError(f"segment {segment.number} of its {part} is missing")
        yield segment, data


def _opened(data: bytes, name: str, decode: Callable[[bytes], Content]) -> Content:
    start = len(FORMAT) + CHECKSUM
    if not data.startswith(FORMAT):
        raise DamagedStateError(f"{name} is damaged, or of another release")
    content = data[start:]
    if zlib.crc32(content) != int.from_bytes(data[len(FORMAT) : start], "big"):
        raise DamagedStateError(f"{name} is damaged")
    return decode(content)
