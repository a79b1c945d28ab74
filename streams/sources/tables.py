"""Reads the rows of a table from text with any column delimiter; finds out how it writes dates and numbers."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from streams.sources.base import SourceError
from streams.sources.dates import Order, settles, shows_decimal

MAX_LINE = 1 << 16  # bytes
MAX_LINES = 20  # in one row: a description may hold line breaks, but an unclosed quote would swallow the file
MAX_BLANK = 100  # lines before the header
AHEAD = 1 << 23  # characters that are examined, and kept, to find out how dates are written
ENOUGH = 1000  # rows that are examined at least
DELIMITERS = ",;\t|"
# Matches Western European text in Windows-1252. Shift-JIS, Cyrillic, Greek and Chinese come in longer runs, and
# Turkish letters would read as Icelandic ones.
_FOREIGN = re.compile("[^\x00-\x7f]{3}|[ÐÝÞðýþ‚ƒ„†‡ˆ‰Š‹ŒŽ˜š›ž\x80-\x9f\ufffd]")


class RowError(ValueError):
    """Means that a row cannot be read; the message gives the reason."""


class Form(NamedTuple):
    """Describes the formats of a file, as far as they are known."""

    order: Order = Order.UNKNOWN
    encoding: str | None = None
    decimal: str = ""


class Header(NamedTuple):
    """Holds the first line of a table."""

    delimiter: str
    names: list[str]
    blanks: bool  # blanks follow each delimiter


class Doubtful(str):
    """Marks a line of doubtful encoding."""


class _RunawayRowError(Exception):
    """Means that a quote was opened and not closed within the longest allowed row."""


class Lines:
    """Feeds lines to the csv module and keeps those of the current row, so that a broken row costs one line only."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self.row: list[str] = []
        self.number = 1  # of the first line of the current row

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) == MAX_LINES:
            raise _RunawayRowError
        line = self._waiting.popleft() if self._waiting else self._read()
        self.row.append(line)
        return line

    def ahead(self) -> Iterator[str]:
        """Yields the next lines, at most AHEAD characters of them, and keeps them to be read again."""
        size = 0
        while size < AHEAD:
            try:
                line = self._read()
            except StopIteration:
                return
            size += len(line)
            self._waiting.append(line)
            yield line

    @property
    def doubtful(self) -> bool:
        return any(isinstance(line, Doubtful) for line in self.row)

    def next_row(self) -> None:
        """Forgets the current row, which is done."""
        self.number += len(self.row)
        self.row.clear()

    def give_back(self) -> None:
        """Drops the first line of the current row, which is broken; the others are read again."""
        self._waiting.extendleft(reversed(self.row[1:]))
        del self.row[1:]
        self.next_row()

    def _read(self) -> str:
        line = self._file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while not self._file.readline(MAX_LINE).endswith(b"\n") and self._file.peek(1):
                pass  # skip the rest of an overlong line; its start is refused for its size
        return decode_line(line)


def decode_line(line: bytes) -> str:
    """Decodes UTF-8, else Windows-1252; line by line, because the first such byte may be far down a large file."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        text = line.decode("cp1252", errors="replace")
        return Doubtful(text) if _FOREIGN.search(text) else text


def find_header(lines: Lines, missing: Callable[[list[str]], list[str]]) -> Header:
    """Returns the first line that is not blank, split by the delimiter that leaves the fewest columns `missing`.

    A line such as `sep=;`, which Excel writes and reads, names the delimiter. Raises StopIteration if there is none.
    """
    delimiters = DELIMITERS
    for line in islice(lines, MAX_BLANK):
        text = line.removeprefix("\ufeff").strip("\r\n")
        lines.next_row()
        if told := re.fullmatch("sep=(.)", text, re.IGNORECASE):
            delimiters = told[1]
        elif text.strip(DELIMITERS + " "):
            headers = [Header(each, *_names(text, each)) for each in delimiters]
            return min(headers, key=lambda header: len(missing(header.names)))
    raise StopIteration


def _names(text: str, delimiter: str) -> tuple[list[str], bool]:
    try:
        names = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True))
        apart = next(csv.reader([text], delimiter=delimiter))
    except csv.Error:
        return [], False
    return names, len(apart) > 1 and all(name.startswith(" ") for name in apart[1:])


def rows_of(lines: Lines, header: Header) -> Iterator[tuple[int, list[str] | RowError]]:
    """Yields the first line number and the values of each row, or why it cannot be split into the header's columns."""
    width = len(header.names)
    reader = csv.reader(lines, delimiter=header.delimiter, skipinitialspace=header.blanks, strict=True)
    while True:
        number, problem, values = lines.number, "", None
        try:
            values = next(reader)
            if len(values) != width:
                problem = f"{len(values)} columns instead of {width}"
        except StopIteration:
            return
        except _RunawayRowError:
            problem = f"a quote is not closed within {MAX_LINES} lines"
        except csv.Error as error:
            problem = str(error)
        if (problem and values != []) or (values and any(value.startswith(' "') for value in values)):
            values = _second_look(lines.row, header) or (None if problem else values)
        doubtful = lines.doubtful
        if problem and values is None:
            lines.give_back()
            yield number, RowError(problem)
            continue
        lines.next_row()
        if doubtful:
            yield number, RowError("text that is neither UTF-8 nor plainly Windows-1252: say --encoding")
        elif values:  # skip empty lines
            yield number, values


def _second_look(row: list[str], header: Header) -> list[str] | None:
    """Returns the values of a row that has \\" for a quote, or blanks before quotes, if they are enough."""
    try:
        rows = list(csv.reader(row, delimiter=header.delimiter, escapechar="\\", skipinitialspace=True, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 and len(rows[0]) == len(header.names) else None


def look_ahead(lines: Lines, header: Header) -> Iterator[list[str]]:
    """Yields the next rows without taking them. Raises SourceError for text of doubtful encoding."""
    doubtful: list[str] = []
    reader = csv.reader(_noting(lines.ahead(), doubtful), delimiter=header.delimiter, skipinitialspace=header.blanks)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if doubtful and len(values) == len(header.names):
            raise SourceError(
                "has text that is neither UTF-8 nor plainly Windows-1252: say its encoding, such as --encoding cp1254,"
                " cp932 or cp1252."
            )
        doubtful.clear()
        yield values


def _noting(lines: Iterator[str], doubtful: list[str]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, Doubtful):
            doubtful.append(line)
        yield line


def survey(rows: Iterable[tuple[str, tuple[str, ...]]], form: Form) -> Form:
    """Returns the form with the order of dates and the decimal sign of the rows: each has a date and numbers.

    Raises SourceError if dates can be read in two ways, and no date decides it.
    """
    order, decimal, doubtful, unsure = form.order, form.decimal, "", False
    for count, (date, numbers) in enumerate(rows):
        shown = settles(date.strip()) if form.order is Order.UNKNOWN else order
        if Order.UNKNOWN is not order is not shown is not Order.UNKNOWN:
            raise SourceError(
                "has dates of both orders, day first and month first: say --dates day-first or month-first."
            )
        order = shown if order is Order.UNKNOWN else order
        if order is Order.UNKNOWN and not doubtful and _two_ways(date.strip()):
            doubtful = date.strip()
        for number in numbers:
            decimal = decimal or shows_decimal(number)
            unsure = unsure or "," in number
        if count >= ENOUGH and not (doubtful and order is Order.UNKNOWN) and not (unsure and not decimal):
            break
    if doubtful and order is Order.UNKNOWN:
        raise SourceError(
            f"has dates such as {doubtful[:40]!r}, and none says whether the day or the month is first:"
            " say --dates day-first or --dates month-first."
        )
    return form._replace(order=order, decimal=decimal)


def _two_ways(date: str) -> bool:
    parts = re.match(r"(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2}", date, re.ASCII)
    return parts is not None and int(parts[1]) != int(parts[2]) and max(int(parts[1]), int(parts[2])) <= 12
