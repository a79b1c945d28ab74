"""Defines the content of a board: a title, a time range, at most one variable, and panels in their order."""

import re
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field

from streams.core import clock
from streams.declarations import FUNCTIONS

MOST_BYTES = 64 * 1024  # bytes of a board's text
MOST_PANELS = 24
MOST_TITLE, MOST_DESCRIPTION, MOST_WORDS, MOST_NAME, MOST_VALUE = 120, 500, 4_000, 200, 256  # characters
MOST_FILTERS, MOST_VALUES = 5, 20
MOST_PLACES, MOST_THINGS = 100, 5_000  # lines, places or rows of a panel; moving things of a map
TRAIL, MOST_TRAIL = 60, 240  # positions
WINDOW = re.compile(r"([1-9][0-9]{0,3})(s|m|h|d)")
LONGEST_WINDOW = 31 * 86_400_000  # milliseconds
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Kind = Literal["number", "lines", "bars", "top", "table", "text", "alarms", "map"]
Size = Literal["S", "M", "wide"]
Function = Literal["count", "sum", "mean", "min", "max", "last", "p95", "distinct"]
KINDS: tuple[str, ...] = get_args(Kind)
SIZES: tuple[str, ...] = get_args(Size)
assert get_args(Function) == FUNCTIONS

Title = Annotated[str, Meta(max_length=MOST_TITLE)]
Name = Annotated[str, Meta(max_length=MOST_NAME)]
Values = Annotated[list[Annotated[str, Meta(max_length=MOST_VALUE)]], Meta(min_length=1, max_length=MOST_VALUES)]


class Variable(Struct, frozen=True, forbid_unknown_fields=True):
    """Lets viewers choose one value of a column; it filters each panel that has a column of that name."""

    data: Name
    column: Name
    label: Title = ""


class Panel(Struct, frozen=True, forbid_unknown_fields=True):
    """Shows one thing. `window` is the time that a number is of, and the step of a curve or trail; "" for the usual."""

    kind: Kind
    title: Title = ""
    size: Size = "M"
    data: Name = ""
    stream: Name = ""  # "" for the one that the application reads by default
    column: Name = ""
    function: Function = "count"
    by: Name = ""
    where: Annotated[dict[Name, Values], Meta(max_length=MOST_FILTERS)] = field(default_factory=dict)
    window: Annotated[str, Meta(max_length=8)] = ""
    unit: Annotated[str, Meta(max_length=24)] = ""
    most: Annotated[int, Meta(ge=0, le=MOST_THINGS)] = 0  # lines, places, rows or things; 0 for the kind's usual number
    lat: Name = ""  # maps only: the columns with degrees north and east; `by` names the things
    lon: Name = ""
    trail: Annotated[int, Meta(ge=0, le=MOST_TRAIL)] = TRAIL  # maps only: earlier positions of each thing
    text: Annotated[str, Meta(max_length=MOST_WORDS)] = ""


class Content(Struct, frozen=True, forbid_unknown_fields=True):
    """Holds everything that a board's text says."""

    title: Annotated[str, Meta(min_length=1, max_length=MOST_TITLE)]
    description: Annotated[str, Meta(max_length=MOST_DESCRIPTION)] = ""
    range: Annotated[str, Meta(max_length=80)] = "1h"
    variable: Variable | None = None
    panels: Annotated[list[Panel], Meta(max_length=MOST_PANELS)] = field(default_factory=list)


def milliseconds(window: str) -> int:
    """Returns the length of a window such as 10s, 1m, 6h or 1d; 0 for "". Raises ValueError."""
    if not window:
        return 0
    found = WINDOW.fullmatch(window)
    length = int(found[1]) * UNITS[found[2]] * clock.SECOND if found else 0
    if not 0 < length <= LONGEST_WINDOW:
        raise ValueError(f"{window!r} is no window such as 10s, 1m, 6h or 1d")
    return length
