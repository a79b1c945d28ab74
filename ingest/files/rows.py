"""Makes records of CSV rows: each becomes a JSON object with the columns' names."""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from common.text import quoted
from ingest.files.bad_lines import BadLineError, BadLines
from ingest.files.forms import Form, decoded
from ingest.files.keys import RandomKeys, check_record, entries_of
from ingest.files.numbers import Cell, typed, typed_column
from ingest.json_fields import fits_struct
from streams.backends.limits import LARGEST_RECORD
from streams.core.records import Entry, InvalidRecordError
from streams.sources.base import SourceError

MAX_ROW = 200  # lines in one row: a cell may hold a letter, but an unclosed quote would swallow the file
MAX_COLUMNS = 10_000
BYTES_AT_ONCE = 1 << 22  # of names in rows that are made together
csv.field_size_limit(LARGEST_RECORD)  # of the whole process; the default of 128 KiB is less than a record may have

_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines


class Table(NamedTuple):
    """Describes how rows are written."""

    names: list[str]
    delimiter: str
    decimal_comma: bool = False
    text: bool = False  # every cell stays text


def _row_of(names: list[str]) -> Callable[..., Any]:
    """Returns a function that makes a row of its cells, for the encoder."""
    if not all(map(fits_struct, names)):
        return lambda *cells: dict(zip(names, cells, strict=True))
    fields = [(f"field_{place}", Any) for place in range(len(names))]
    rename = {field: name for (field, _), name in zip(fields, names, strict=True)}
    return msgspec.defstruct("Row", fields, rename=rename)  # twice as fast


class Rows(Form):
    """Makes a JSON object of each row, and its key of a column or at random."""

    def __init__(self, bad: BadLines, encoding: str | None, table: Table, key: str | None, keys: RandomKeys) -> None:
        super().__init__(bad, encoding)
        self._table = table
        self._key = None if key is None else table.names.index(key)
        self._keys = keys
        self._row = _row_of(table.names)
        # Each row repeats the names, so that a file of short rows below long names would grow a thousandfold at once.
        self.at_once = max(1, min(self.at_once, BYTES_AT_ONCE // len(_encode(table.names))))
        self._waiting: list[tuple[int, str]] = []  # the lines of a row whose end was not read yet, numbered
        self._header_again = False

    def entries(self, first: int, lines: list[bytes]) -> list[Entry]:
        if not (self._waiting or self._header_again):
            try:
                return self._all(lines)
            except (csv.Error, BadLineError, InvalidRecordError, UnicodeError):
                pass
        return self._one_by_one(self._waiting + self._texts(first, lines), final=False)

    def rest(self) -> list[Entry]:
        return self._one_by_one(self._waiting, final=True)

    def start_again(self) -> None:
        self._waiting, self._header_again = [], True

    def _texts(self, first: int, lines: list[bytes]) -> list[tuple[int, str]]:
        """Returns the lines as text, numbered; those that cannot be decoded are counted as bad."""
        found = []
        for number, line in enumerate(lines, first):
            try:
                found.append((number, decoded(line, self._encoding)))
            except BadLineError as error:
                self._bad.add(number, error)
        return found

    def _all(self, lines: list[bytes]) -> list[Entry]:
        """Returns the records of lines that each are one row. Raises an error if one is not as usual."""
        text = b"\n".join(lines).decode(self._encoding or "utf-8")
        rows = list(csv.reader(text.split("\n"), delimiter=self._table.delimiter, strict=True))
        if "\0" in text or len(rows) != len(lines) or set(map(len, rows)) != {len(self._table.names)}:
            raise BadLineError("a row takes several lines or has another number of columns")
        columns = list(zip(*rows, strict=True))
        keys = self._keys.take(len(rows)) if self._key is None else list(columns[self._key])
        cells: list[Sequence[Cell]] = list(columns)
        if not self._table.text:
            cells = [typed_column(column, decimal_comma=self._table.decimal_comma) for column in columns]
        datas = _encode_lines(list(map(self._row, *cells))).split(b"\n")[:-1]
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
        cells = row if self._table.text else typed(row, decimal_comma=self._table.decimal_comma)
        return _encode(self._row(*cells))


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
    reader = RowReader([*_readable(lines[:MAX_ROW], encoding)], delimiter, None)
    for _, row in reader:
        if isinstance(row, BadLineError):
            raise SourceError(f"has a header that cannot be read: {row}.")
        if any(cell.strip() for cell in row):
            return checked_names([cell.strip() or f"column_{place}" for place, cell in enumerate(row, 1)]), reader.place
    raise SourceError("has no header: say --columns A,B,C.")


def _readable(lines: list[bytes], encoding: str | None) -> Iterator[tuple[int, str]]:
    """Yields the lines as text, numbered, up to one that cannot be decoded. Raises SourceError if that is the first."""
    for number, line in enumerate(lines):
        try:
            yield number, decoded(line, encoding)
        except BadLineError as error:
            if not any(lines[:number]):
                raise SourceError(f"has a header that cannot be read: {error}.") from None
            return


def checked_names(columns: list[str]) -> list[str]:
    """Returns the names. Raises SourceError for two of the same name, or too many."""
    if len(columns) > MAX_COLUMNS:
        raise SourceError(f"has more than {MAX_COLUMNS:,} columns.")
    if twice := [name for place, name in enumerate(columns) if name in columns[:place]][:1]:
        raise SourceError(f"has two columns called {quoted(twice[0])}: name all with --columns A,B,C.")
    return columns
