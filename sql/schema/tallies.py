"""Counts the values that a column has in a sample, and chooses a type that holds them with room to spare."""

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from common.text import cut, quoted
from sql.schema.faults import UnfitError
from sql.schema.times import timestamp
from sql.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, LENGTH_MOST, TIMESTAMP, Type, varchar

EXAMPLES = 5
_EXAMPLE_MOST = 60  # characters
_CLEAR = 0.9  # the share of a column's values from which on one kind gives the type, and the others are exceptions
_SMALLEST_TEXT = 32
_ROOM = 4  # times the longest text that was seen
_INTEGER_MOST = 1 << 30  # half of an INTEGER's range
_EPOCH_MILLISECONDS = (1_000_000_000_000, 4_102_444_800_000)  # 2001 to 2100
_WHOLE = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,18})")
_FRACTION = re.compile(r"[+-]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")


class Seen(StrEnum):
    """Names the kinds of values; the words fit "17 of 10,000 are …"."""

    WHOLE = "whole numbers"
    FRACTION = "numbers with a fraction"
    BOOLEAN = "booleans"
    TIME = "times"
    TEXT = "text"
    ARRAY = "arrays"
    OBJECT = "objects"


_NUMBERS = {Seen.WHOLE, Seen.FRACTION}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Describes the values that do not have the column's type."""

    kind: Seen
    count: int
    of: int
    example: str

    def __str__(self) -> str:
        return f"{self.count:,} of {self.of:,} are {self.kind}, such as {quoted(self.example)}"


@dataclass(slots=True)
class Tally:
    """Counts the values of one column."""

    kinds: Counter[Seen] = field(default_factory=Counter)
    first: dict[Seen, str] = field(default_factory=dict)
    examples: dict[str, None] = field(default_factory=dict)
    longest: int = 0
    least: int = 0
    greatest: int = 0
    padded: bool = False  # whether a cell has zeros in front, as a postcode may: then the column is no number

    def add(self, value: Any) -> None:
        """Counts a value of JSON that is not null."""
        kind = kind_of(value)
        self._count(kind, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        if kind == Seen.WHOLE:
            self.least, self.greatest = min(self.least, value), max(self.greatest, value)

    def add_cell(self, cell: str) -> None:
        """Counts a cell of CSV that is not empty."""
        kind = kind_of_cell(cell)
        self._count(kind, cell)
        self.padded |= cell.isdigit() and cell[0] == "0" and len(cell) > 1
        if kind == Seen.WHOLE:
            self.least, self.greatest = min(self.least, int(cell)), max(self.greatest, int(cell))

    def _count(self, kind: Seen, text: str) -> None:
        self.kinds[kind] += 1
        self.longest = max(self.longest, len(text))
        if len(self.examples) < EXAMPLES:
            self.examples.setdefault(cut(text, _EXAMPLE_MOST))
        self.first.setdefault(kind, cut(text, _EXAMPLE_MOST))

    @property
    def filled(self) -> int:
        """Returns the number of values that are not NULL."""
        return self.kinds.total()

    def type(self) -> Type:
        """Returns a type that holds the values, or nine tenths of them; the others are the conflicts."""
        kinds = self._main()
        if kinds == {Seen.BOOLEAN}:
            return BOOLEAN
        if kinds == {Seen.TIME}:
            return TIMESTAMP
        if kinds and kinds <= _NUMBERS and not self.padded:
            return self._number()
        return varchar(text_length(self.longest))

    def _main(self) -> set[Seen]:
        """Returns the kinds that decide: that of all values, or of nearly all; numbers count as one kind."""
        for kinds in ({Seen.BOOLEAN}, {Seen.TIME}, _NUMBERS):
            count = sum(self.kinds[kind] for kind in kinds)
            if count and count >= _CLEAR * self.filled:
                return kinds
        return set(self.kinds)

    def _number(self) -> Type:
        if self.kinds[Seen.FRACTION] or max(-self.least, self.greatest) >= 1 << 63:
            return DOUBLE
        return BIGINT if max(-self.least, self.greatest) > _INTEGER_MOST else INTEGER

    def conflicts(self) -> tuple[Conflict, ...]:
        """Returns the kinds of values besides the main one, if there are several."""
        main = self._main()
        if len(main) == len(self.kinds) and not main <= _NUMBERS:
            common = self.kinds.most_common(1)
            main = {kind for kind, _ in common}
        return tuple(
            Conflict(kind, count, self.filled, self.first[kind])
            for kind, count in self.kinds.most_common()
            if kind not in main
        )

    def notes(self) -> tuple[str, ...]:
        """Returns sentences about the choice of the type."""
        found = []
        kind = self.type()
        if not self.filled:
            found.append("It was always NULL; VARCHAR is a guess.")
        if kind == DOUBLE and self.kinds[Seen.FRACTION]:
            found.append("It has fractions, and DOUBLE is approximate; for exact sums write DECIMAL(p,s).")
        if kind == BIGINT and _EPOCH_MILLISECONDS[0] <= self.greatest <= _EPOCH_MILLISECONDS[1]:
            found.append("It looks like milliseconds since 1970; TO_TIMESTAMP makes a TIMESTAMP of it.")
        if set(self.kinds) & {Seen.ARRAY, Seen.OBJECT}:
            found.append("It holds JSON as text.")
        return tuple(found)


def text_length(longest: int) -> int:
    """Returns the length of a column for texts: four times the longest, up to the next power of two; at least 32."""
    return min(LENGTH_MOST, max(_SMALLEST_TEXT, 1 << (_ROOM * longest - 1).bit_length() if longest else 0))


def kind_of(value: Any) -> Seen:
    """Returns the kind of a JSON value."""
    if isinstance(value, bool):
        return Seen.BOOLEAN
    if isinstance(value, int):
        return Seen.WHOLE
    if isinstance(value, float):
        return Seen.FRACTION
    if isinstance(value, list):
        return Seen.ARRAY
    if isinstance(value, dict):
        return Seen.OBJECT
    return Seen.TIME if _is_time(value) else Seen.TEXT


def kind_of_cell(cell: str) -> Seen:
    """Returns the kind of a cell; a number with zeros in front, such as a postcode, is text."""
    if _WHOLE.fullmatch(cell):
        return Seen.WHOLE
    if any(map(str.isdigit, cell)) and _FRACTION.fullmatch(cell):
        return Seen.FRACTION
    if cell.lower() in {"true", "false"}:
        return Seen.BOOLEAN
    return Seen.TIME if _is_time(cell) else Seen.TEXT


def _is_time(text: str) -> bool:
    """Returns whether a text is a date, or a date and a time."""
    if not 10 <= len(text) <= 40 or text[4] != "-":
        return False
    try:
        timestamp(text)
    except UnfitError:
        return False
    return True
