"""Makes records of CSV rows: each becomes a JSON object with the columns' names."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from common.text import quoted
from ingest.files.bad_lines import BadLineError, BadLines
from ingest.files.forms import Form, decoded
from ingest.files.keys import RandomKeys, check_record, entries_of
from streams.backends.limits import LARGEST_RECORD
from streams.core.records import Entry, InvalidRecordError
from streams.sources.base import SourceError

MAX_ROW = 200  # lines in one row: a cell may hold a letter, but an unclosed quote would swallow the file
MAX_COLUMNS = 10_000
MOST_DIGITS = 15  # a double keeps so many digits of any decimal number
MOST_CELL = 32  # characters of a cell that may be a number with its signs
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
COMMA_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:[. \u00a0\u202f][0-9]{3})+)(?:,[0-9]+)?")
BETWEEN_THOUSANDS = re.compile("[. \u00a0\u202f]")
Cell = str | msgspec.Raw
csv.field_size_limit(LARGEST_RECORD)  # of the whole process; the default of 128 KiB is less than a record may have

_encode = msgspec.json.Encoder().encode


class Table(NamedTuple):
    """Describes how rows are written."""

    names: list[str]
    delimiter: str
    decimal_comma: bool = False
    text: bool = False  # every cell stays text


def number_of(cell: str) -> str:
    """Returns a number as JSON, "" for another text: digits as a spreadsheet writes a number, not 007, 1e5 or an id.

    It is written as it stands. A number of more than MOST_DIGITS digits stays text, because readers would round it.
    """
    plain = NUMBER.fullmatch(cell) and cell.strip("-0.") and len(cell.strip("-").replace(".", "")) <= MOST_DIGITS
    return cell if plain or cell == "0" or re.fullmatch(r"0\.0{1,14}", cell) else ""


def comma_number_of(cell: str) -> str:
    """Returns a number with a decimal comma, such as 1.234,50, as JSON, "" for another text."""
    if not COMMA_NUMBER.fullmatch(cell):
        return ""
    return number_of(BETWEEN_THOUSANDS.sub("", cell).replace(",", "."))


def _typing(number: Callable[[str], str]) -> Callable[[str], Cell]:
    @lru_cache(maxsize=1 << 16)
    def typed(cell: str) -> Cell:
        found = number(cell)
        return msgspec.Raw(found.encode()) if found else cell

    return typed


class Rows(Form):
    """Makes a JSON object of each row, and its key of a column or at random."""

    def __init__(self, bad: BadLines, encoding: str | None, table: Table, key: str | None, keys: RandomKeys) -> None:
        super().__init__(bad, encoding)
        self._table = table
        self._key = None if key is None else table.names.index(key)
        self._keys = keys
        self._typed = _typing(comma_number_of if table.decimal_comma else number_of)
        self._waiting: list[tuple[int, str]] = []  # the lines of a row whose end was not read yet, numbered
        self._header_again = False

    def entries(self, first: int, lines: list[bytes]) -> list[Entry]:
        texts = self._texts(first, lines)
        plain = not self._waiting and not any('"' in text for _, text in texts)
        if plain and not self._header_again:
            try:
                return self._all([text for _, text in texts])
            except (csv.Error, BadLineError, InvalidRecordError):
                pass
        return self._one_by_one(self._waiting + texts, final=False)

    def rest(self) -> list[Entry]:
        return self._one_by_one(self._waiting, final=True)

    def start_again(self) -> None:
        self._waiting, self._header_again = [], True

    def _texts(self, first: int, lines: list[bytes]) -> list[tuple[int, str]]:
        """Returns the lines as text, numbered; those that cannot be decoded are counted as bad."""
        joined = b"\n".join(lines)
        if self._encoding is None and b"\0" not in joined:
            try:
                return list(enumerate(joined.decode().split("\n"), first))
            except UnicodeDecodeError:
                pass
        found = []
        for number, line in enumerate(lines, first):
            try:
                found.append((number, decoded(line, self._encoding)))
            except BadLineError as error:
                self._bad.add(number, error)
        return found

    def _all(self, texts: list[str]) -> list[Entry]:
        """Returns the records of lines that each are one row. Raises an error if one is not as usual."""
        rows = list(csv.reader(texts, delimiter=self._table.delimiter, strict=True))
        if set(map(len, rows)) != {len(self._table.names)}:
            raise BadLineError("a row has another number of columns")
        datas = [self._data(row) for row in rows]
        keys = self._keys.take(len(rows)) if self._key is None else [row[self._key] for row in rows]
        return entries_of(keys, datas, self.most)

    def _one_by_one(self, lines: list[tuple[int, str]], *, final: bool) -> list[Entry]:
        found, self._waiting = [], []
        for number, row in RowReader(lines, self._table.delimiter, self._wait if not final else None):
            try:
                if isinstance(row, BadLineError):
                    raise row
                if row and not self._is_header(row):
                    found.append(self._one(row))
            except BadLineError as error:
                self._bad.add(number, error)
        return found

    def _wait(self, lines: list[tuple[int, str]]) -> None:
        self._waiting = lines

    def _is_header(self, row: list[str]) -> bool:
        """Returns whether this is the header of a file that begins anew."""
        again, self._header_again = self._header_again, False
        return again and row == self._table.names

    def _one(self, row: list[str]) -> Entry:
        if len(row) != len(self._table.names):
            raise BadLineError("it has not as many columns as the header", f"{len(row)}, not {len(self._table.names)}")
        data = self._data(row)
        key = self._keys.take(1)[0] if self._key is None else row[self._key]
        check_record(key, data, self.most)
        return key, data

    def _data(self, row: list[str]) -> bytes:
        cells: Sequence[Cell] = row
        if not self._table.text:
            typed = self._typed
            cells = [typed(cell) if len(cell) <= MOST_CELL else cell for cell in row]
        return _encode(dict(zip(self._table.names, cells, strict=True)))


class RowReader:
    """Yields rows with the number of their first line; a broken row costs its first line only."""

    def __init__(
        self, lines: list[tuple[int, str]], delimiter: str, wait: Callable[[list[tuple[int, str]]], None] | None
    ) -> None:
        """Hands the lines of an unfinished last row to `wait`; without `wait` such a row is broken."""
        self._lines = lines
        self._delimiter = delimiter
        self._wait = wait
        self.place = 0  # of the next line
        self._start = 0  # of the current row
        self._size = 0  # characters of the current row

    def __iter__(self) -> Iterator[tuple[int, list[str] | BadLineError]]:
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        while self._start < len(self._lines):
            number, self._size = self._lines[self._start][0], 0
            try:
                yield number, next(reader)
                self._start = self.place
            except (csv.Error, StopIteration) as error:
                if self._wait and self.place == len(self._lines) and not self._is_long() and self._is_open(error):
                    self._wait(self._lines[self._start :])
                    return
                yield number, self._fault(error)
                self._start = self.place = self._start + 1
                reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        while self.place < len(self._lines) and not self._is_long():
            text = self._lines[self.place][1]
            self.place += 1
            self._size += len(text)
            yield text + "\n"

    def _is_long(self) -> bool:
        return self.place - self._start >= MAX_ROW or self._size > LARGEST_RECORD

    def _is_open(self, error: Exception) -> bool:
        return "unexpected end of data" in str(error)

    def _fault(self, error: Exception) -> BadLineError:
        if self._is_open(error):
            return BadLineError("a quote is not closed", f"within {MAX_ROW} lines or the end of the file")
        return BadLineError("its quotes do not fit CSV", str(error))


def read_header(lines: list[bytes], delimiter: str, encoding: str | None) -> tuple[list[str], int]:
    """Returns the names of the columns, and how many lines they and blank lines before them take.

    A column without a name is called column_N. Raises SourceError.
    """
    try:
        texts = [(number, decoded(line, encoding)) for number, line in enumerate(lines[:MAX_ROW])]
    except BadLineError as error:
        raise SourceError(f"has a header that cannot be read: {error}.") from None
    reader = RowReader(texts, delimiter, None)
    for _, row in reader:
        if isinstance(row, BadLineError):
            raise SourceError(f"has a header that cannot be read: {row}.")
        if any(cell.strip() for cell in row):
            return checked_names([cell.strip() or f"column_{place}" for place, cell in enumerate(row, 1)]), reader.place
    raise SourceError("has no header: say --columns A,B,C.")


def checked_names(columns: list[str]) -> list[str]:
    """Returns the names. Raises SourceError for two of the same name, or too many."""
    if len(columns) > MAX_COLUMNS:
        raise SourceError(f"has more than {MAX_COLUMNS:,} columns.")
    if twice := [name for place, name in enumerate(columns) if name in columns[:place]][:1]:
        raise SourceError(f"has two columns called {quoted(twice[0])}: name all with --columns A,B,C.")
    return columns
