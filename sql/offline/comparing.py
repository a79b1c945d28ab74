"""Runs two versions of an application over the same records, and tells the rows that only one of them gives."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from msgspec import Raw

from common.text import counted
from sql.folder import Application
from sql.offline.records import Sample
from sql.offline.running import Run
from sql.rendering import encode, iso

RECORDS_MOST = 100_000
BYTES_MOST = 256 << 20  # of these records
DIFFERING_MOST = 200_000  # rows of one version that the other has not given so far
STEP = 1_000  # records between two looks at the clock
SHOWN = 5  # rows of each version that are told, by stream

Row = dict[str, Any]  # as Run gives it


@dataclass(slots=True)
class Stream:
    """Counts the rows of one in-application stream, by version."""

    rows: list[int] = field(default_factory=lambda: [0, 0])
    waiting: dict[bytes, int] = field(default_factory=dict)  # above 0 for a row that the first version gave more often

    @property
    def differing(self) -> int:
        return len(self.waiting)

    def add(self, row: Row, side: int) -> None:
        """Counts a row of the first version (0) or the second (1)."""
        self.rows[side] += 1
        line = row["rowtime"].encode() + b" " + encode(row["row"])
        count = self.waiting.pop(line, 0) + (-1 if side else 1)
        if count:
            self.waiting[line] = count

    def alone(self) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """Returns the rows that only one version gave, each with its count, in the order of time."""
        lines = sorted((line.decode(), count) for line, count in self.waiting.items())
        return [each for each in lines if each[1] > 0], [each for each in lines if each[1] < 0]


@dataclass(slots=True)
class Comparison:
    """Holds the rows that two versions gave for the same records. `cut` says why it ended before the last record."""

    streams: dict[str, Stream] = field(default_factory=dict)
    records: int = 0
    cut: str = ""
    troubles: tuple[list[str], list[str]] = ([], [])

    def take(self, before: Iterable[Row], after: Iterable[Row]) -> None:
        for side, rows in enumerate((before, after)):
            for row in rows:
                self.streams.setdefault(row["stream"], Stream()).add(row, side)


def compare(
    before: Application, after: Application, samples: Sequence[Sample], proceed: Callable[[], bool] = lambda: True
) -> Comparison:
    """Runs both versions over the records, in the order of their arrival, while `proceed` returns True.

    Both start without state. Raises ScriptError, or FolderError for reference data that cannot be read.
    """
    found, runs = Comparison(), (Run(before), Run(after))
    for start in range(0, len(samples), STEP):
        if not proceed():
            found.cut = "the time was up"
        elif sum(stream.differing for stream in found.streams.values()) > DIFFERING_MOST:
            found.cut = f"more than {DIFFERING_MOST:,} rows differ"
        if found.cut:
            break
        step = samples[start : start + STEP]
        found.take(runs[0].feed(step), runs[1].feed(step))
        found.records += len(step)
    found.take(runs[0].finish(), runs[1].finish())
    found.troubles = runs[0].troubles(), runs[1].troubles()
    return found


def comparison_lines(found: Comparison, before: str, after: str) -> Iterator[str]:
    """Yields a line for each in-application stream, the first rows of each version alone, and the faults in one."""
    for name, stream in sorted(found.streams.items()):
        alone = stream.alone()
        if not any(alone):
            yield f"{name}: {counted(stream.rows[0], 'row')}, the same."
            continue
        counts = [sum(abs(count) for _, count in rows) for rows in alone]
        same = f"{counted(stream.rows[0] - counts[0], 'row')} in both"
        yield f"{name}: {same}, {counts[0]:,} only in {before}, {counts[1]:,} only in {after}."
        for mark, rows in zip("-+", alone, strict=True):
            yield from (f"{mark} {line}{f'  ({abs(n)} times)' if abs(n) > 1 else ''}" for line, n in rows[:SHOWN])
            if rest := sum(abs(count) for _, count in rows[SHOWN:]):
                yield f"{mark} … and {counted(rest, 'row')} more"
    for label, own, others in ((before, *found.troubles), (after, *reversed(found.troubles))):
        yield from (f"{label}: {sentence}" for sentence in own if sentence not in others)


def objects(found: Comparison, before: str, after: str) -> Iterator[Row]:
    """Yields an object for each in-application stream, and one for each row that only one version gave."""
    for name, stream in sorted(found.streams.items()):
        alone = stream.alone()
        counts = [sum(abs(count) for _, count in rows) for rows in alone]
        yield {"stream": name, "both": stream.rows[0] - counts[0], "before": counts[0], "after": counts[1]}
        for label, rows in zip((before, after), alone, strict=True):
            for line, count in rows:
                time, _, row = line.partition(" ")
                yield {"stream": name, "version": label, "times": abs(count), "rowtime": time, "row": Raw(row.encode())}


def bounded(samples: Iterable[Sample]) -> list[Sample]:
    """Returns the first records: at most RECORDS_MOST, and BYTES_MOST of them."""
    found: list[Sample] = []
    room = BYTES_MOST
    for sample in islice(samples, RECORDS_MOST):
        room -= len(sample.data)
        if room < 0:
            break
        found.append(sample)
    return found


def slice_of(samples: Sequence[Sample]) -> tuple[str, str]:
    """Returns the times of arrival of the first record and of the last one."""
    return iso(samples[0].arrived), iso(samples[-1].arrived)
