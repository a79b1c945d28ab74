"""Describes how a file is to be read, as a person says it by options or in a form. No Django."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.tables.kinds import KINDS, Column
from common.text import quoted
from streams.sources.base import SourceError

MOST_COLUMNS = 1000
MOST_COLUMN_NAME = 128  # characters
LOGS = {
    "combined": "COMBINEDAPACHELOG",
    "common": "COMMONAPACHELOG",
    "syslog": "SYSLOG",
    "rfc3339syslog": "RFC3339SYSLOG",
}
APACHE_TIME = "%d/%b/%Y:%H:%M:%S %z"
_PLACE = re.compile(r"([0-9]{1,6})-([0-9]{1,6})", re.ASCII)
_BETWEEN = re.compile(rf",(?=[^,:]*(?:,|$|:(?:{'|'.join(KINDS)})(?:[:,]|$)))")  # a format of dates may have commas


@dataclass(frozen=True)
class Spec:
    """Holds the facts that a person gave about a file; the others are found out."""

    format: str = ""  # a key of LOGS, or a pattern with a name for each group; "": columns
    delimiter: str | None = None
    columns: Sequence[Column] = ()  # of a file without a header
    types: Sequence[Column] = ()  # of some columns
    fixed: Sequence[tuple[int, int]] = ()  # the first and last character of each column, from 1
    skip: int = 0  # lines before the header
    quotes: bool = True
    text: bool = False  # every column is text
    decimal_comma: bool = False
    null: str | None = None  # the text of a cell that is null
    encoding: str | None = None
    agents: str | None = None  # the column of user agents, from which os, browser and device are taken

    def __post_init__(self) -> None:
        """Raises SourceError for options that contradict each other."""
        if self.format and (self.delimiter or self.fixed or self.columns):
            raise SourceError("A format of log lines takes neither a delimiter nor columns: it names them itself.")
        if self.delimiter and self.fixed:
            raise SourceError("Columns have either a delimiter or fixed places.")
        if self.columns and self.fixed and len(self.columns) != len(self.fixed):
            raise SourceError(f"There are {len(self.columns)} columns and {len(self.fixed)} fixed places.")
        if fault := _fault_of_places(self.fixed):
            raise SourceError(fault)


def _fault_of_places(places: Sequence[tuple[int, int]]) -> str:
    """Returns the fault of places of fixed columns, as a sentence; "" for none."""
    for (_, before), (first, last) in zip([(0, 0), *places], places, strict=False):
        if not before < first <= last:
            return f"The places {quoted(f'{first}-{last}')} do not follow those before them."
    return ""


def columns_of(text: str) -> list[Column]:
    """Returns columns written as NAME, NAME:TYPE or NAME:TYPE:FORMAT with commas between. Raises SourceError."""
    found = [_column(each.strip()) for each in _BETWEEN.split(text)]
    return [column for column, _ in zip(found, checked([each.name for each in found]), strict=True)]


def _column(text: str) -> Column:
    name, _, rest = text.partition(":")
    kind, _, form = rest.partition(":")
    if not rest:
        return Column(name.strip())
    if kind not in KINDS:
        raise SourceError(f"{quoted(kind)} is no type of a column; there are {', '.join(KINDS)}.")
    if form and kind not in ("date", "timestamp"):
        raise SourceError(f"A format is for a date or a timestamp, and {quoted(name)} is {kind}.")
    return Column(name.strip(), kind, form, declared=True)


def places_of(text: str) -> list[tuple[int, int]]:
    """Returns fixed places written as 1-8,9-20. Raises SourceError."""
    found = [_PLACE.fullmatch(each.strip()) for each in text.split(",")]
    if not all(found):
        raise SourceError(f"{quoted(text)} is not a list of places such as 1-8,9-20.")
    return [(int(each[1]), int(each[2])) for each in found if each]


def checked(names: Sequence[str]) -> list[str]:
    """Returns the names of columns. Raises SourceError for names that a table cannot have."""
    if len(names) > MOST_COLUMNS:
        raise SourceError(f"has {len(names):,} columns, and a table has {MOST_COLUMNS:,} at most.")
    lower = [name.lower() for name in names]
    for place, name in enumerate(names):
        if not name or len(name) > MOST_COLUMN_NAME:
            raise SourceError(f"has a column named {quoted(name[:40])}; a name has 1 to {MOST_COLUMN_NAME} characters.")
        if lower[place] in lower[:place]:
            raise SourceError(f"has two columns called {quoted(name)}: name all by columns.")
    return list(names)
