"""Makes rows of the lines of a file: delimited, of fixed width, or matched by a pattern. No Django.

Each row keeps its number and its text, since a later step may find that a cell does not fit its column.
"""

import csv
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ingest.files.bad_lines import BadLineError, BadLines
from ingest.files.forms import decoded
from ingest.files.rows import RowReader

LINES_AT_ONCE = 1 << 14
CELLS_AT_ONCE = 1 << 20  # so that memory does not depend on the number of columns
MOST_MATCHED = 65_536  # bytes: a longer line is tried by no pattern

Row = Sequence[str | None]


class Bad(NamedTuple):
    """Holds a line that no row could be made of."""

    number: int
    reason: str
    raw: bytes | None  # None: it was too long to be held


class KeptBadLines(BadLines):
    """Counts bad lines, tells of the first ones, and holds them until they are written."""

    def __init__(self, name: str, table: str) -> None:
        super().__init__(name)
        self.fate = f"kept in {table}/errors"
        self._held: list[Bad] = []

    def add(self, number: int, error: BadLineError, raw: bytes | None = None) -> None:
        """Counts and keeps the line of that number, from 1."""
        super().add(number, error)
        detail = f" ({error.detail})" if error.detail else ""
        self._held.append(Bad(number, f"{error.reason}{detail}", raw))

    def take(self) -> list[Bad]:
        """Returns the bad lines since the last call."""
        held, self._held = self._held, []
        return held


class Run(NamedTuple):
    """Holds rows as columns of equal length, with the number of the first line of each row and its text."""

    numbers: Sequence[int]
    texts: Sequence[str]
    columns: Sequence[Sequence[str | None]]


class Form(ABC):
    """Makes rows of the lines of one file."""

    def __init__(self, names: Sequence[str], bad: KeptBadLines, encoding: str | None) -> None:
        self.names = list(names)
        self.at_once = max(1, min(LINES_AT_ONCE, CELLS_AT_ONCE // len(names)))  # lines that `run` should get at most
        self._bad = bad
        self._encoding = encoding

    @abstractmethod
    def run(self, first: int, lines: list[bytes]) -> Run:
        """Returns the rows of lines; `first` is the number of the first line."""

    def rest(self) -> Run:
        """Returns the rows that waited for more lines; called at the end."""
        return self._run([])

    def _texts(self, first: int, lines: list[bytes]) -> list[tuple[int, str]]:
        """Returns the lines as text, numbered; those that cannot be decoded are bad."""
        found = []
        for number, line in enumerate(lines, first):
            try:
                found.append((number, decoded(line, self._encoding)))
            except BadLineError as error:
                self._bad.add(number, error, line)
        return found

    def _run(self, rows: Sequence[tuple[int, str, Row]]) -> Run:
        if not rows:
            return Run((), (), [()] * len(self.names))
        numbers, texts, cells = zip(*rows, strict=True)
        return Run(numbers, texts, list(zip(*cells, strict=True)))


class EachLine(Form):
    """Makes a row of each line but blank ones."""

    def run(self, first: int, lines: list[bytes]) -> Run:
        rows: list[tuple[int, str, Row]] = []
        for number, text in self._texts(first, lines):
            if text.strip():
                try:
                    rows.append((number, text, self._cells(text)))
                except BadLineError as error:
                    self._bad.add(number, error, text.encode())
        return self._run(rows)

    @abstractmethod
    def _cells(self, text: str) -> Row:
        """Returns the cells of a line. Raises BadLineError."""


class Unquoted(EachLine):
    """Cuts lines at a delimiter; a quote is a character like any other."""

    def __init__(self, names: Sequence[str], delimiter: str, bad: KeptBadLines, encoding: str | None) -> None:
        super().__init__(names, bad, encoding)
        self._delimiter = delimiter

    def _cells(self, text: str) -> Row:
        return _as_many(text.split(self._delimiter), len(self.names))


class FixedWidth(EachLine):
    """Cuts lines at places; blanks around a cell are not part of it."""

    def __init__(
        self, names: Sequence[str], places: Sequence[tuple[int, int]], bad: KeptBadLines, encoding: str | None
    ) -> None:
        """`places` has the first and the last character of each column, from 1."""
        super().__init__(names, bad, encoding)
        self._slices = [slice(first - 1, last) for first, last in places]
        self._least = max(first for first, _ in places)

    def _cells(self, text: str) -> Row:
        if len(text) < self._least:
            raise BadLineError("it ends before its last column begins", f"{len(text)} characters, not {self._least}")
        return [text[each].strip() for each in self._slices]


class Matched(EachLine):
    """Takes the groups of a pattern, for bytes, that matches the whole line."""

    def __init__(
        self, names: Sequence[str], match: Any, bad: KeptBadLines, encoding: str | None, *, dash_is_null: bool
    ) -> None:
        super().__init__(names, bad, encoding)
        self._match = match
        self._absent = (None, b"-") if dash_is_null else (None,)

    def _cells(self, text: str) -> Row:
        line = text.encode()
        found = self._match(line) if len(line) <= MOST_MATCHED else None
        if found is None:
            raise BadLineError("it does not match the pattern")
        return [None if each in self._absent else each.decode(errors="replace") for each in found.groups()]


class Delimited(Form):
    """Reads CSV with any delimiter; a row may take several lines."""

    def __init__(self, names: Sequence[str], delimiter: str, bad: KeptBadLines, encoding: str | None) -> None:
        super().__init__(names, bad, encoding)
        self._delimiter = delimiter
        self._waiting: list[tuple[int, str]] = []  # the lines of a row whose end was not read yet, numbered

    def run(self, first: int, lines: list[bytes]) -> Run:
        if not self._waiting:
            try:
                return self._all(first, lines)
            except (csv.Error, BadLineError, UnicodeError):
                pass
        return self._one_by_one(self._waiting + self._texts(first, lines), final=False)

    def rest(self) -> Run:
        return self._one_by_one(self._waiting, final=True)

    def _all(self, first: int, lines: list[bytes]) -> Run:
        """Returns the rows of lines that each are one row. Raises an error if one is not as usual."""
        joined = b"\n".join(lines)
        texts = joined.decode(self._encoding or "utf-8").split("\n")
        if (columns := self._without_quotes(texts, joined)) is not None:
            return Run(range(first, first + len(texts)), texts, columns)
        rows = list(csv.reader(texts, delimiter=self._delimiter, strict=True))
        if len(rows) != len(lines) or set(map(len, rows)) != {len(self.names)} or b"\0" in joined:
            raise BadLineError("a row takes several lines or has another number of columns")
        return Run(range(first, first + len(rows)), texts, list(zip(*rows, strict=True)))

    def _without_quotes(self, texts: list[str], joined: bytes) -> list[list[str]] | None:
        """Returns the columns of lines without quotes, four times as fast as csv does; None for lines that need it."""
        width = len(self.names)
        if width == 1 or any(each in joined for each in (b'"', b"\r", b"\0")):
            return None
        if {text.count(self._delimiter) for text in texts} != {width - 1}:
            return None
        cells = self._delimiter.join(texts).split(self._delimiter)
        return [cells[place::width] for place in range(width)]

    def _one_by_one(self, lines: list[tuple[int, str]], *, final: bool) -> Run:
        self._waiting = []
        rows: list[tuple[int, str, Row]] = []
        reader = RowReader(lines, self._delimiter, None if final else self._wait)
        begin = 0
        for number, row in reader:
            end = begin + 1 if isinstance(row, BadLineError) else reader.place
            text = "\n".join(line for _, line in lines[begin:end])
            begin = end
            try:
                if isinstance(row, BadLineError):
                    raise row
                if row:
                    rows.append((number, text, _as_many(row, len(self.names))))
            except BadLineError as error:
                self._bad.add(number, error, text.encode())
        return self._run(rows)

    def _wait(self, lines: list[tuple[int, str]]) -> None:
        self._waiting = lines


def _as_many(cells: Row, many: int) -> Row:
    if len(cells) != many:
        raise BadLineError("it has not as many columns as the table", f"{len(cells)}, not {many}")
    return cells


def pattern_names(groups: int, names: Mapping[str, int]) -> list[str]:
    """Returns the names of a pattern's groups. Raises ValueError, in a sentence, unless each group has one."""
    if not groups or groups != len(names):
        raise ValueError(f"The pattern has {groups} groups, of which {len(names)} have a name: write (?P<NAME>…).")
    return sorted(names, key=names.__getitem__)
