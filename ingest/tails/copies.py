"""Tells whether a new file is the copy of another, as rotation by copying and truncating makes it."""

import os
import re
from bisect import bisect_left, insort
from collections.abc import Iterable
from heapq import nlargest

from ingest.tails import positions
from ingest.tails.files import FIRST, Descriptors, Followed
from ingest.tails.folders import Entry
from ingest.tails.positions import Position

SAME_PATH = 256  # bytes that a file must share with a lost one of the same path, to be its continuation
ROTATED = re.compile(r"([-._](\d[-.\d]*|old|bak|prev)|~)$")  # the endings of rotated files
MOST_ALIKE = 200  # files with the same first bytes that are looked at
MOST_ORIGINALS = 20  # files that a new one is compared with
BESIDE = 200  # files of the same folder that are compared with a truncated one, the newest first


def continues(position: Position, new: Position, descriptor: int, *, was_truncated: bool) -> bool:
    """Returns whether a new file has the content that was read elsewhere. Raises OSError.

    It may be the copy of a file that was truncated. If the former file is not to be found, it is that file only if its
    inode is the same (devices are numbered anew at a boot), or its path and enough of its content.
    """
    same = position.inode == new.inode or (position.path == new.path and position.offset >= SAME_PATH)
    return bool(position.headed) and (was_truncated or same) and positions.matches(position, descriptor)


class Firsts:
    """Finds files by their first bytes."""

    def __init__(self) -> None:
        self._sorted: list[tuple[bytes, int, Followed]] = []  # the number makes each entry different
        self._number = 0

    def note(self, file: Followed, first: bytes) -> None:
        """Takes the first bytes of a file, which may have grown."""
        first = first[:FIRST]
        if first and first != file.first:
            file.first = first
            self._number += 1
            insort(self._sorted, (first, self._number, file))

    def alike(self, first: bytes) -> list[Followed]:
        """Returns files that begin with these bytes, or with a part of them; those that changed last come first."""
        found: dict[Followed, None] = {}
        for length in range(1, len(first) + 1):
            self._collect(first[:length], found, exact=length < len(first))
        return nlargest(MOST_ORIGINALS, found, lambda each: each.quiet_since)

    def _collect(self, first: bytes, found: dict[Followed, None], *, exact: bool) -> None:
        place = bisect_left(self._sorted, (first,))
        for theirs, _, file in self._sorted[place : place + MOST_ALIKE]:
            if theirs != first and (exact or not theirs.startswith(first)):
                break
            if file.first == theirs:
                found[file] = None

    def keep(self, files: Iterable[Followed]) -> None:
        """Forgets all files but these, once most are forgotten."""
        every = [*files]
        if len(self._sorted) > 2 * len(every) + MOST_ALIKE:
            self._sorted = sorted((file.first, place, file) for place, file in enumerate(every) if file.first)
            self._number = len(every)


def is_copy(descriptor: int, originals: Iterable[Followed], descriptors: Descriptors) -> bool:
    """Returns whether all that a new file has so far is also the beginning of a file that is followed."""
    for other in originals:
        try:
            if positions.alike(descriptor, descriptors.open(other)):
                return True
        except OSError:
            continue
    return False


def find(position: Position, beside: Iterable[Entry]) -> Entry | None:
    """Returns the file that is a copy of a truncated one, among files that no pattern matches."""
    for entry in sorted(beside, key=lambda each: -changed(each.path))[:BESIDE]:
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            if positions.matches(position, descriptor):
                return entry
        finally:
            os.close(descriptor)
    return None


def original(path: str) -> str:
    """Returns the path that a file had before it was rotated, by its ending; "" if it has no such ending."""
    ending = ROTATED.search(path)
    return path[: ending.start()] if ending else ""


def changed(path: str) -> int:
    """Returns the time stamp of a file in nanoseconds; 0 if it is gone."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
