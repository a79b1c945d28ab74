"""A look into a stream for people: its records from a place on, all shards merged by time, some picked out."""

from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from streams.records import Position
from streams.stream.base import Stream
from streams.tail import Tail, row

MOST_READ = 20_000  # records, so that a look never costs more than a few reads
SECONDS = 3.0

Row = dict[str, Any]


class Wanted(NamedTuple):
    """Which records: "" takes any. `field` is a name in the record's JSON, `value` what it holds, as text."""

    key: str = ""
    field: str = ""
    value: str = ""

    def takes(self, record: Row) -> bool:
        if self.key and record["partition_key"] != self.key:
            return False
        if not self.field:
            return True
        data = record.get("data")
        return isinstance(data, dict) and self.field in data and str(data[self.field]) == self.value


class Inspection(NamedTuple):
    rows: list[Row]  # as `streams tail --json` gives them
    read: int  # records that were looked at
    whole: bool  # whether that was all there is


def inspect(
    stream: Stream, start: Position, wanted: Wanted, most: int, seconds: Callable[[], float], pause: Callable[[], None]
) -> Inspection:
    """At most `most` records, of at most MOST_READ in about SECONDS. Raises StreamError."""
    deadline = seconds() + SECONDS
    rows: list[Row] = []
    read = 0
    for record in islice(Tail(stream, start, pause).held(), MOST_READ):
        read += 1
        found = row(record, stream.sequence_text)
        if wanted.takes(found):
            rows.append(found)
        if len(rows) == most or seconds() > deadline:
            return Inspection(rows, read, whole=False)
    return Inspection(rows, read, whole=read < MOST_READ)
