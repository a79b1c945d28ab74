"""Computes the rows of an output again from the records of its stream or of its archive, where rows are not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from streams import applications, wiring
from streams.core import clock
from streams.core.records import Batch, Record
from streams.core.state import EMPTY
from streams.declarations import Dataset
from streams.observations import Observation

TELL = clock.SECOND  # of the records' own time, after which the rows that became final are taken


class TooManyError(ValueError):
    """Means that there are more records than the caller lets be read."""


class Replayed(NamedTuple):
    """Holds final rows in the order in which rules would have been told of them, and the number of records."""

    rows: list[Observation]
    records: int


def replay(dataset: Dataset, stream: str, start: int, end: int, most: int | None = None) -> Replayed:
    """Returns the rows of an output from `start` until before `end`, made by the application of today.

    The records come from the stream, and past its retention from its archive. The application begins without a state.
    Raises StreamError, TooManyError for more than `most` records, and any error of the application.
    """
    application = applications.look_up(dataset.application)
    if application is None or application.observe is None or dataset.delay is None:
        return Replayed([], 0)
    output = dataset.name.partition("/")[2]
    counted = _Counted(wiring.each_record_between(stream, start, end + dataset.delay), most)
    found = [
        row
        for results in _results(application, counted, end + dataset.delay)
        for row in application.observe(results, {output})
        if row.output == output and start <= row.time < end
    ]
    return Replayed(found, counted.count)


class _Counted:
    """Counts records while they pass."""

    def __init__(self, records: Iterable[Record], most: int | None) -> None:
        self._records = records
        self._most = most
        self.count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            if self._most is not None and self.count > self._most:
                raise TooManyError(f"There are more than {self._most:,} records before the kept rows.")
            yield record


def _results(application: applications.Application, records: Iterable[Record], end: int) -> Iterator[object]:
    """Yields the results of the application, second by second of the records' time, and at the end."""
    decode = application.decode.under_any_key()
    processor = application.build(EMPTY)
    processor.configure(application.configuration())
    told = 0
    for arrived, same in groupby(records, key=itemgetter(0)):
        if arrived >= told + TELL:
            processor.advance(arrived)
            if (results := _taken(processor)) is not None:
                yield results
            told = arrived
        batch = [*same]
        columns = ([each[1] for each in batch], [each[3] for each in batch], [each[4] for each in batch])
        good, events, _ = decode(Batch(arrived, *columns))
        if events:
            processor.add(good, events)
    processor.advance(end)
    if (results := _taken(processor)) is not None:
        yield results


def _taken(processor: object) -> object | None:
    """Returns the results of a processor, which forgets the changes of its state: no one stores it."""
    results: object | None = processor.take()  # type: ignore[attr-defined]
    processor.changes()  # type: ignore[attr-defined]
    return results
