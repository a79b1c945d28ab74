"""Defines the text of a rule: the rows that it watches, when it raises an alarm, and how often people are told.

`read` takes the JSON of a version, and `check` gives every reason against a rule as a sentence for people.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from streams.core.clock import MINUTE, SECOND
from streams.declarations import Dataset

HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
LEAST_QUIET = SECOND  # what flaps for less is one incident
LONGEST = 7 * DAY  # of every length of time but a window
LONGEST_WINDOW = HOUR
PLACES = 600  # steps in which a window moves on: its rows leave it up to 1/600 of its length early
MOST_BY, MOST_WHERE, MOST_VALUES, MOST_TEXT = 4, 4, 50, 256
KINDS = ("above", "below", "absent", "row")
SEVERITIES = ("info", "warning", "critical")  # the least first

Kind = Literal["above", "below", "absent", "row"]
Severity = Literal["info", "warning", "critical"]


class RuleSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Describes the condition of a rule. All lengths of time are in milliseconds of the stream's own time.

    `above` raises at a value of at least `level`, and clears below `clear`; `below` raises at a value of at most
    `level`, and clears above `clear`: rules are stored with these names, and people see the words of `wording.KINDS`.
    `absent` raises when a key, or the whole output, has had no row for `after`.
    With `row` each row raises, and quiet for `quiet` clears.
    """

    dataset: str  # APPLICATION/OUTPUT
    kind: Kind
    severity: Severity = "warning"
    column: str = ""  # of above and below, a number; with the function `count` none
    by: tuple[str, ...] = ()  # the columns whose values are the key; none: one key for each lease
    where: dict[str, tuple[str, ...]] = {}  # the rows that count: those with one of these values, by column
    level: float | None = None
    clear: float | None = None  # None: the level itself
    # For so long the condition must have held. A window shows it at any time, single rows only when one comes.
    hold: int = 0
    after: int = 0
    window: int = 0  # 0: each row by itself. Else the rows of so long before a row, that row included
    function: Literal["sum", "count", "max"] = "sum"  # of the rows of the window
    quiet: int = MINUTE  # an episode that would begin again within this time of its end goes on
    # interval: at most one notice in `interval`; episode: one notice for each episode.
    suppress: Literal["interval", "episode"] = "interval"
    interval: int = MINUTE
    # Of above and below: an episode without any row of its key for so long ends; of absent: so long after it began.
    lapse: int = DAY

    @property
    def application(self) -> str:
        """Returns the name of the application that writes the output."""
        return self.dataset.rpartition("/")[0]

    @property
    def output(self) -> str:
        """Returns the name of the output within its application."""
        return self.dataset.rpartition("/")[2]

    @property
    def clears_at(self) -> float:
        """Returns the clear level of `above` and `below`."""
        assert self.level is not None
        return self.level if self.clear is None else self.clear


class SpecError(ValueError):
    """Means that a rule is refused; the message has all the reasons, one sentence each."""


_decoder = msgspec.json.Decoder(RuleSpec)
_encoder = msgspec.json.Encoder()


def read(text: str | bytes) -> RuleSpec:
    """Returns the rule of a text in JSON. Raises SpecError."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SpecError(f"The rule cannot be read: {error}.") from error


def written(spec: RuleSpec) -> str:
    """Returns a rule as JSON; `read` reads it."""
    return _encoder.encode(spec).decode()


def check(spec: RuleSpec, find: Callable[[str], Dataset | None]) -> None:
    """Refuses a rule that could never work. `find` returns the dataset of a name. Raises SpecError."""
    dataset = find(spec.dataset)
    reasons = [*_of_places(spec, dataset), *_of_levels(spec), *_of_times(spec)]
    if reasons:
        raise SpecError(" ".join(reasons))


def _of_places(spec: RuleSpec, dataset: Dataset | None) -> Iterator[str]:
    if dataset is None:
        yield f"There is no output {spec.dataset[:MOST_TEXT]!r}."
        return
    if dataset.delay is None:
        yield f"No rule can watch {dataset.name!r}: its rows may still change."
    kinds = {column.name: column.kind for column in dataset.columns}
    listed = ", ".join(kinds)
    for name in [*spec.by, *spec.where, *([spec.column] if spec.column else [])]:
        if name not in kinds:
            yield f"{dataset.name} has no column {name[:MOST_TEXT]!r}; it has {listed}."
    if _needs_column(spec) and kinds.get(spec.column, "number") != "number":
        yield f"The column {spec.column!r} holds no numbers."
    if any(kinds.get(name) == "time" for name in spec.by):
        yield "A time cannot be a part of the key."
    if len(spec.by) > MOST_BY or len(set(spec.by)) < len(spec.by):
        yield f"The key has at most {MOST_BY} different columns."
    if len(spec.where) > MOST_WHERE or any(not 1 <= len(each) <= MOST_VALUES for each in spec.where.values()):
        yield f"`where` has at most {MOST_WHERE} columns, with 1 to {MOST_VALUES} values each."
    if any(len(value) > MOST_TEXT for each in spec.where.values() for value in each):
        yield f"A value in `where` has at most {MOST_TEXT} characters."


def _of_levels(spec: RuleSpec) -> Iterator[str]:
    if spec.kind not in ("above", "below"):
        if spec.level is not None or spec.clear is not None or spec.column or spec.window or spec.hold:
            yield f"A rule of the kind {spec.kind!r} has no column, level, clear level, window or hold."
        return
    if _needs_column(spec) and not spec.column:
        yield "The rule needs a column with numbers."
    if spec.level is None:
        yield "The rule needs a level."
        return
    if not math.isfinite(spec.level) or not math.isfinite(spec.clears_at):
        yield "A level is a finite number."
    elif spec.kind == "above" and spec.clears_at > spec.level:
        yield f"The clear level {spec.clears_at:g} is above the level {spec.level:g}; the alarm could never clear."
    elif spec.kind == "below" and spec.clears_at < spec.level:
        yield f"The clear level {spec.clears_at:g} is below the level {spec.level:g}; the alarm could never clear."


def _of_times(spec: RuleSpec) -> Iterator[str]:
    longest = LONGEST / DAY
    for name in ("hold", "after", "interval", "lapse"):
        if not 0 <= getattr(spec, name) <= LONGEST:
            yield f"`{name}` is between 0 and {longest:g} days, in milliseconds."
    if not LEAST_QUIET <= spec.quiet <= LONGEST:
        yield f"`quiet` is between {LEAST_QUIET / SECOND:g} s and {longest:g} days, in milliseconds."
    if not 0 <= spec.window <= LONGEST_WINDOW or 0 < spec.window < SECOND:
        yield f"A window is between 1 s and {LONGEST_WINDOW // MINUTE} min long, in milliseconds."
    if spec.kind == "absent" and spec.after < SECOND:
        yield "`after` says for how long rows must be absent: at least 1 s, in milliseconds."
    if spec.kind != "absent" and spec.after:
        yield "`after` belongs to rules of the kind 'absent'."


def _needs_column(spec: RuleSpec) -> bool:
    return spec.kind in ("above", "below") and not (spec.window and spec.function == "count")
