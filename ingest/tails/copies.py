"""Tells whether a new file is the copy of another, as rotation by copying and truncating makes it."""

import os
import re
from collections.abc import Iterable
from heapq import nlargest

from ingest.tails import positions
from ingest.tails.files import Descriptors, Followed
from ingest.tails.folders import Entry
from ingest.tails.positions import Position

SAME_PATH = 256  # bytes that a file must share with a lost one of the same path, to be its continuation
ROTATED = re.compile(r"([-._](\d[-.\d]*|old|bak|prev)|~)$")  # the endings of rotated files
MOST_ORIGINALS = 20  # files that a new one is compared with
BESIDE = 200  # files of the same folder that are compared with a truncated one, the newest first


def continues(position: Position, new: Position, descriptor: int, *, was_truncated: bool) -> bool:
    """Returns whether a new file has the content that was read elsewhere. Raises OSError.

    It may be the copy of a file that was truncated. If the former file is not to be found, it is that file only if its
    inode is the same (devices are numbered anew at a boot), or its path and enough of its content.
    """
    same = position.inode == new.inode or (position.path == new.path and position.offset >= SAME_PATH)
    return bool(position.headed) and (was_truncated or same) and positions.matches(position, descriptor)


def candidates(file: Followed, others: Iterable[Followed]) -> list[Followed]:
    """Returns the files of which a new file may be a copy by its first bytes, those that changed last first."""
    first = file.first
    alike = (
        other
        for other in others
        if other.decided and other.first and (other.first.startswith(first) or first.startswith(other.first))
    )
    return nlargest(MOST_ORIGINALS, (other for other in alike if other is not file), lambda other: other.quiet_since)


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
