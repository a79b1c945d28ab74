"""Defines the values that pass between operators and leave the engine, and the contract of operators with state."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from sql.errors import Fault

Row = tuple[Any, ...]
Key = tuple[str, ...]  # of an entry of an operator's state: first the partition key, "" where rows of all keys meet


class Packet(NamedTuple):
    """Holds rows that a pump wrote to a stream at one row time, in milliseconds."""

    stream: str
    time: int
    rows: list[Row]


class RowFault(NamedTuple):
    """Describes a row that a pump could not use: a row of `error_stream`."""

    time: int  # row time
    pump: str
    fault: Fault
    sentence: str
    column: str  # the output column, or the input column of a record that could not be read
    expression: str  # the user's own words
    line: int
    value: str  # the row or the value at fault, as text, cut
    key: str = ""  # partition key of the record, where the row is one
    sequence: int | None = None  # of that record


class Results(NamedTuple):
    """Holds the rows that pumps wrote since the last commit, in order, the faults, and counts to be added up."""

    packets: list[Packet]
    faults: list[RowFault]
    counts: Mapping[str, int]  # such as "cut:COLUMN", texts cut to a column's length; by name


class HistoryEntry(NamedTuple):
    """Holds rows that an operator remembers until a row time in milliseconds; it is never changed."""

    key: Key
    until: int
    data: bytes


class Change(NamedTuple):
    """Holds the part of an operator's state that changed since it was last asked."""

    put: Mapping[Key, bytes]
    removed: Sequence[Key] = ()
    history: Sequence[HistoryEntry] = ()


class Kept(NamedTuple):
    """Holds an operator's state from which it starts again."""

    entries: Mapping[Key, bytes] = {}
    history: Sequence[HistoryEntry] = ()  # in the order in which they were added


class Operator(Protocol):
    """Keeps the state of one node of a plan. It is made from the node and a Kept, and never sees a clock.

    The engine calls `fire(t)` for every due time t up to the time of the next rows, before it adds these rows; times
    never decrease. No method may fail half-way: an expression that a row makes fail is caught before state changes.
    """

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Takes rows of one row time from input `side`; returns the rows that leave at once, at the same time."""

    def due(self) -> int | None:
        """Returns the next row time at which rows leave, or state ends, without a further row; None for none."""

    def fire(self, time: int) -> list[Row]:
        """Ends all that is due at exactly `time`; returns the rows that leave, with `time` as their row time."""

    def changes(self) -> Change:
        """Returns the change of state since the last call; costs time for that part alone."""

    def size(self) -> int:
        """Returns about how many bytes the state takes."""
