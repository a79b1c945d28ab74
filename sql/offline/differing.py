"""Compares the rows of two versions of an application over the same records."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

LISTED = 20  # rows on a side
Line = tuple[str, int, bytes]  # stream, row time in milliseconds, JSON array of the values


class Apart(msgspec.Struct):
    """Holds a row that only one version gives, and how often more than the other does."""

    stream: str
    time: int
    values: str
    times: int


class Difference(msgspec.Struct):
    """Holds the rows that only one version gives: how many there are, and the first in the order of time."""

    same: int
    new: int
    old: int
    only_new: list[Apart]
    only_old: list[Apart]
    added: list[str]  # streams that only the new version writes


def compared(new: Counter[Line], old: Counter[Line], added: Sequence[str]) -> Difference:
    """Returns the difference of two versions' rows, each as often as it was written."""
    only_new, only_old = new - old, old - new
    same = new.total() - only_new.total()
    return Difference(
        same, only_new.total(), only_old.total(), list(_first(only_new)), list(_first(only_old)), list(added)
    )


def _first(lines: Counter[Line]) -> Iterator[Apart]:
    for stream, time, text in sorted(lines, key=lambda line: (line[1], line[0], line[2]))[:LISTED]:
        yield Apart(stream, time, text.decode(), lines[stream, time, text])
