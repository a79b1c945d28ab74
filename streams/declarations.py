"""Defines the parts of an application's declaration: its sources, topics, links, datasets, and its report's question.

This module imports nothing of ours at run time, so that every layer may import it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import datetime
    from random import Random

    from streams.sources.base import Source

Row = dict[str, Any]  # one row of a report: JSON values by name


def _no_options(parser: ArgumentParser) -> None:
    """Adds no options."""


class SourceKind(Struct, frozen=True, kw_only=True):
    """Describes a source of records; `manage.py produce NAME` makes it."""

    # The word on the command line, and the stream that it writes to unless --stream names another.
    name: str
    help: str  # half a sentence for `manage.py produce --help`
    # Called once by `produce`, with the parsed options, the source of chance, and the time in milliseconds at which
    # made-up records begin. Raises SourceError, in a sentence, for options that it cannot use.
    open: Callable[[Mapping[str, Any], Random, int], Source]
    # Called once to build the command line; adds this source's own options.
    add_options: Callable[[ArgumentParser], None] = _no_options
    names_stream: bool = True  # False: the source has no stream of its own, so --stream is required
    rate: float | None = None  # records a second without --rate, 0 for no limit; None: the pace of `produce`
    makes_up: bool = True  # False: nothing is left to chance, so --seed is not offered
    has_pace: bool = False  # True: its records have times of their own (PacedSource), so --speed is offered


class Runner(Protocol):
    """Puts records by itself, because its positions are stored together with its records."""

    def step(self) -> bool:
        """Puts one batch; returns whether there was anything to put. Raises SourceError or StreamError."""

    def finished(self) -> bool:
        """Returns whether nothing more will come."""

    def in_words(self) -> list[str]:
        """Returns the lines that tell people, at the end, what was put."""

    def row(self) -> Row:
        """Returns the same as one JSON object, for --json."""


class RunnerKind(Struct, frozen=True, kw_only=True):
    """Describes a source that puts by itself; `manage.py produce NAME` runs it with its own options only."""

    name: str
    help: str
    # Called once with the parsed options. Raises SourceError, in a sentence, for options that it cannot use.
    open: Callable[[Mapping[str, Any]], Runner]
    add_options: Callable[[ArgumentParser], None]


class Figure(Struct, frozen=True, kw_only=True):
    """Holds a metric for Prometheus: a gauge, or a counter that never falls."""

    name: str  # "millrace_…"; the exporter adds _total to a counter's
    help: str  # a sentence
    labels: tuple[str, ...]
    values: Sequence[tuple[tuple[str, ...], float]]  # the values of the labels, and the figure
    counter: bool = False


class Delivery(Protocol):
    """Sends the rows on that commits have put aside for elsewhere."""

    def __call__(self) -> bool:
        """Sends a part; returns whether more waits that can be sent now. It must not wait."""

    def close(self) -> None:
        """Leaves the rest to other processes, which need not wait."""


class Deliveries(Delivery):
    """Makes one delivery of several."""

    def __init__(self, *parts: Delivery) -> None:
        self._parts = parts

    def __call__(self) -> bool:
        """Lets each do a part; returns whether more waits for any of them."""
        more = [part() for part in self._parts]  # all of them, also behind one for which more waits
        return any(more)

    def close(self) -> None:
        """Ends each."""
        for part in self._parts:
            part.close()


class Closing(Protocol):
    """Makes the lines that `manage.py consume` prints when windows close."""

    def closed(self, watermark: int) -> list[Row]:
        """Returns a row for each window that closed up to that millisecond and was not returned before, oldest first.

        The worker calls it about twice a second, outside of any transaction; it may ask the database.
        """

    def in_words(self, row: Row) -> list[str]:
        """Returns the lines that tell people of one row; with --json the row itself is printed."""


class Gather(Struct, frozen=True, kw_only=True):
    """Bounds the records of one commit of an application whose commits must be few: it is made when one is reached."""

    records: int
    size: int  # bytes
    age: float  # seconds since the first of them was read


class Topic(Struct, frozen=True, kw_only=True):
    """Describes a topic of the live pages; its version grows with each commit that changes the results."""

    # Called in the web processes at most once for each version: `build(now, stream=NAME)`. Returns the snapshot, JSON
    # values. A topic with `many` is a family, WORD:NAME, and is called `build(name, now, stream=NAME)`.
    build: Callable[..., dict[str, Any]]
    every: timedelta = timedelta(0)  # the shortest time between two builds
    staff: bool = False  # only staff may subscribe
    # For a family: `many(names, now, stream=NAME)` returns the snapshots of the existing names, in few queries.
    many: Callable[..., dict[str, dict[str, Any]]] | None = None


class Navigation(Struct, frozen=True, kw_only=True):
    """Describes the link of an application in the frame of every page."""

    label: str
    url: str  # the name of the link's URL
    key: str  # one letter: "g", then this letter, follows the link; "s" is that of the streams page
    help: str  # for the list of keys: "go to the market"
    about: str = ""  # half a sentence for the page after sign-in
    pages: frozenset[str] = frozenset()  # names of URLs where the link is marked as the current page, besides `url`
    within: frozenset[str] = frozenset()  # names of URLs of pages below this one
    staff: bool = False
    permission: str = ""  # of Django; the link is for people who have it, and for staff


class Asked(Struct, frozen=True, kw_only=True):
    """Describes the rows that `manage.py report` prints. Without an output or a bound it prints those of all."""

    stream: str | None = None  # that was read
    output: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    minutes: int | None = None  # up to the newest row
    flat: bool = False  # for people: each row as one line of a table


FUNCTIONS = ("count", "sum", "mean", "min", "max", "last", "p95", "distinct")  # of a dataset's column, within a step


class Column(Struct, frozen=True, kw_only=True):
    """Describes a column of a dataset."""

    name: str
    kind: str  # number, text or time
    label: str = ""  # for people; "" for the name itself
    unit: str = ""

    @property
    def title(self) -> str:
        """Returns the name for people."""
        return self.label or self.name


class Question(Struct, frozen=True, kw_only=True):
    """Asks a dataset for the rows of one stream with start <= time < end, in milliseconds."""

    stream: str
    start: int
    end: int
    step: int = 0  # milliseconds: steps begin at multiples of it, the first maybe before `start`. Only for series
    function: str = "count"  # one of FUNCTIONS
    column: str = ""  # that the function takes; "" for count
    by: str = ""  # a text column: a line for each of its values; "" for one line
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)  # text column: the values that are taken
    most: int = 5  # lines of a series, or rows
    whole: bool = False  # only the figure of each line over the whole time is asked for: its steps may be left empty
    phase: int = 0  # milliseconds by which steps begin after multiples of `step`, such as the days of a zone


class Line(Struct, frozen=True):
    """Holds one line of a series: a value for each step, None for a step without rows."""

    name: str  # the value of the column `by`; "" without one
    values: list[float | None]
    whole: float | None  # the function over the whole time


class Series(Struct, frozen=True):
    """Answers a question in steps: the lines with the greatest values, greatest first."""

    start: int  # milliseconds
    step: int
    lines: list[Line]
    more: int = 0  # values of `by` that have no line
    # Rows before this time were too many to be read; it is the question's start if all were read.
    since: int = 0
    edges: Sequence[int] = ()  # the beginnings of the steps and the end of the last, if they differ in length

    def at(self, place: int) -> int:
        """Returns the beginning of a step, in milliseconds."""
        return self.edges[place] if self.edges else self.start + place * self.step

    def begun(self, time: int) -> int:
        """Returns how many steps have begun before a time."""
        return bisect_left(self.edges, time) if self.edges else -((self.start - time) // self.step)


class Found(Struct, frozen=True):
    """Answers a question in rows, newest first: (time in milliseconds, values by column)."""

    rows: list[tuple[int, Row]]
    more: bool = False  # there are older rows in the time asked for


class Dataset(Struct, frozen=True, kw_only=True):
    """Declares rows over time that boards, charts and exports read. Every answer is bounded and says if it is cut."""

    name: str  # APPLICATION/NAME: it stands in the texts of boards, so it never changes
    title: str
    application: str  # its commits change the rows
    columns: Sequence[Column]
    series: Callable[[Question], Series]
    rows: Callable[[Question], Found]
    # Called with a text column, a stream, the beginning of a value and a number: returns that many values, in order.
    values: Callable[[str, str, str, int], list[str]]
    # Returns the values of some columns, newest first: (time in milliseconds, a value for each column). Of `most` rows
    # at most, which may be thousands; None: the dataset cannot be drawn on a map.
    cells: Callable[[Question, Sequence[str]], list[tuple[int, Sequence[Any]]]] | None = None
    # Returns a series in days that begin at these times, the last of which is an end; None if `series` must be asked
    # for each run of days of one length.
    days: Callable[[Question, Sequence[int]], Series | None] = lambda asked, edges: None
    step: int = 1000  # milliseconds: rows are no finer
    # Called with a stream: returns the milliseconds of which the times of its newest rows are multiples, 0 for none.
    grain: Callable[[str], int] = lambda stream: 0
    episodes: bool = False  # each row is an alarm: it began at its time and has the column `ended`
    # Milliseconds after its time at which a row is final, and observed by rules; None: rules cannot watch the rows.
    delay: int | None = None
    partition: str = ""  # the text column that holds the partition key of the row's records; "" if none does

    def column(self, name: str) -> Column | None:
        """Returns the column of that name."""
        return next((each for each in self.columns if each.name == name), None)
