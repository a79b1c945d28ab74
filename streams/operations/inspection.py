"""Looks into a stream for people: selected records in either direction, all shards merged by time."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from streams.core import filters, showing
from streams.core.filters import MISSING, Condition
from streams.core.records import Place, Record
from streams.core.showing import UNREADABLE

MOST_READ = 20_000  # records, so that a look never costs more than a few reads
SECONDS = 3.0
MOST_LINE = 400  # bytes of a record in a row
MOST_TEXT = 4096  # characters of a record that a row opens to
SAMPLED, SAMPLE = 100, 65_536  # records whose fields are told, and their bytes at most


class OutOfTimeError(Exception):
    """A look has taken as long as it may."""


class Readable(Protocol):
    """Is a stream that is read in either direction. Raises StreamError, and OutOfTimeError from its pause."""

    settled_after: int  # milliseconds: records younger than that are not given yet

    def backward(self, before: Place | None) -> Iterator[Record]: ...
    def forward(self, after: Place) -> Iterator[Record]: ...
    def sequence_text(self, sequence: int) -> str: ...


class Asked(NamedTuple):
    """Asks for records before a place or the tip, backwards down to `since`; or for those after a place, forwards."""

    before: Place | None = None
    since: Place | None = None  # not given itself
    after: Place | None = None
    key: str = ""
    condition: Condition | None = None
    most: int = 50  # records


class Row(NamedTuple):
    """Holds one record as a page shows it, cut before it was laid out."""

    arrived: int  # milliseconds
    sequence: int
    number: str  # the sequence number as the service writes it
    shard: str
    key: str
    size: int  # bytes
    line: str
    kind: str  # JSON, text or binary
    text: str
    cut: bool


class Found(NamedTuple):
    rows: list[Row]  # in the order of reading
    read: int  # records that were looked at
    whole: bool  # whether that was all there is in that direction
    first: Place | None  # of the records looked at
    last: Place | None  # a look that goes on from here misses nothing
    fields: dict[str, str]  # seen in the first records, with the kind of their values
    having: int  # records that have the field that was asked for
    kinds: list[str]  # of value that this field has in them
    unreadable: int  # records that hold no JSON that could be looked into
    settled_after: int


class _Look:
    """Collects the results of a look so far."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.read = self.having = self.unreadable = 0
        self.fields: dict[str, str] = {}
        self.kinds: set[str] = set()

    def takes(self, record: Record) -> bool:
        self.read += 1
        key, data = record[3:]
        condition = self._asked.condition
        if self._asked.key and key != self._asked.key:
            return False
        if condition and not condition.name:
            return condition.text.encode(errors="replace") in data
        if not condition and (self.read > SAMPLED or len(data) > SAMPLE):
            return True
        value = showing.value_of(data)
        self._note_fields(value)
        return condition is None or self._meets(condition, value)

    def _note_fields(self, value: Any) -> None:
        if value is UNREADABLE:
            self.unreadable += 1
        elif self.read <= SAMPLED:
            filters.fields(value, self.fields)

    def _meets(self, condition: Condition, value: Any) -> bool:
        found = condition.find(value)
        if found is MISSING:
            return False
        self.having += 1
        self.kinds.add(filters.kind(found))
        return condition.takes(found)


def inspect(stream: Readable, asked: Asked, monotonic: Callable[[], float]) -> Found:
    """Returns at most `asked.most` records, of at most MOST_READ in about SECONDS. Raises StreamError."""
    deadline = monotonic() + SECONDS
    look, rows, whole = _Look(asked), [], False
    first = last = None
    records = stream.forward(asked.after) if asked.after else stream.backward(asked.before)
    try:
        for record in records:
            place = Place(*record[:2])
            if asked.since and place <= asked.since:
                whole = True
                break
            last = place
            first = first or last
            if look.takes(record):
                rows.append(_row(record, stream.sequence_text))
            if len(rows) == asked.most or look.read == MOST_READ or monotonic() > deadline:
                break
        else:
            whole = True
    except OutOfTimeError:
        last = _reached(stream, asked) or last
    kinds = sorted(look.kinds)
    facts = (look.fields, look.having, kinds, look.unreadable, stream.settled_after)
    return Found(rows, look.read, whole, first, last, *facts)


def _reached(stream: Readable, asked: Asked) -> Place | None:
    """Returns the place that a walk backwards reached without finding a record."""
    reached = None if asked.after else getattr(stream, "reached", None)
    return None if reached is None else Place(reached)


def _row(record: Record, sequence_text: Callable[[int], str]) -> Row:
    arrived, sequence, shard, key, data = record
    shown = showing.laid_out(data, MOST_TEXT)
    text = "" if shown.text is None else shown.text
    line = showing.in_line(data, MOST_LINE)
    return Row(arrived, sequence, sequence_text(sequence), shard, key, len(data), line, shown.kind, text, shown.cut)
