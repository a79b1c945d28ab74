"""Reads records of CSV: columns by position, quotes as in RFC 4180, delimiters of one character or several."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from sql.schema.coercion import Coercer
from sql.schema.columns import Column, Schema
from sql.schema.faults import SHOWN_MOST, ColumnError, UnfitError, missing, unfit, unparsable
from sql.schema.structs import Reader
from sql.schema.walking import Found, texts_last
from sql.types import Family


class CsvReader:
    """Reads records of CSV by a schema; `coercers` has one for each column."""

    def __init__(self, schema: Schema, coercers: Sequence[Coercer]) -> None:
        self._schema = schema
        self._rows, self._columns = schema.row_delimiter, schema.column_delimiter
        self._cells = [_cell_reader(column, each) for column, each in zip(schema.columns, coercers, strict=True)]
        self._order = texts_last(schema)
        self._names = [column.name.lower() for column in schema.columns]
        end = r"\r?\n" if self._rows == "\n" else re.escape(self._rows)
        column = re.escape(self._columns)
        self._cell = re.compile(rf'(?:"((?:[^"]|"")*+)"(?={column}|{end}|\Z)|(.*?))({column}|{end}|\Z)', re.DOTALL)

    def reader(self, row: type[msgspec.Struct]) -> Reader:
        """Returns the fast reader: of one whole row without quotes; it raises an error for every other record."""

        def read(data: bytes) -> Any:
            text = data.decode().removesuffix(self._rows)
            if '"' in text or self._rows in text or not text:
                raise ValueError
            cells = (text.removesuffix("\r") if self._rows == "\n" else text).split(self._columns)
            if len(cells) < len(self._cells):
                raise ValueError
            return row(*[read_cell(cell) for read_cell, cell in zip(self._cells, cells, strict=False)])

        return _never if self._schema.skip_header else read

    def read(self, content: bytes, rows_most: int) -> Found:
        """Returns the rows of a record, and its faults."""
        found = Found(rows_most)
        try:
            rows = list(islice(self._split(content.decode()), rows_most + 2))
        except UnicodeDecodeError as error:
            found.faults.append(unparsable(f"is not UTF-8 at byte {error.start}"))
            return found
        if not rows:
            found.faults.append(unparsable("is empty"))
        for cells in self._without_header(rows)[:rows_most]:
            try:
                found.rows.append(self._row(cells))
            except ColumnError as error:
                found.faults.append(error)
        if len(rows) > rows_most + 1:
            found.faults.append(unparsable(f"holds more than {rows_most} rows"))
        return found

    def _without_header(self, rows: list[list[str]]) -> list[list[str]]:
        """Returns the rows without a header: the first of several, or one that has the names of the columns."""
        if not self._schema.skip_header or not rows:
            return rows
        is_header = len(rows) > 1 or [cell.strip().lower() for cell in rows[0]][: len(self._names)] == self._names
        return rows[1:] if is_header else rows

    def _row(self, cells: list[str]) -> tuple[Any, ...]:
        """Returns the values of a row; the columns after its last cell are NULL. Raises ColumnError."""
        for column in self._schema.columns[len(cells) :]:
            if column.not_null:
                raise missing(column.name)
        values: list[Any] = [None] * len(self._cells)
        for number in self._order:
            if number < len(cells):
                values[number] = self._cells[number](cells[number])
        return tuple(values)

    def _split(self, text: str) -> Iterator[list[str]]:
        """Gives the cells of each row that is not blank."""
        cells: list[str] = []
        at = 0
        while at < len(text) or cells:
            found = self._cell.match(text, at)
            if found is None:  # cannot be: the pattern's second half takes everything up to the end
                return
            quoted, plain, delimiter = found.groups()
            cells.append(plain if quoted is None else quoted.replace('""', '"'))
            at = found.end()
            if delimiter != self._columns:
                if cells != [""]:
                    yield cells
                cells = []


def _cell_reader(column: Column, coercer: Coercer) -> Callable[[str], Any]:
    """Returns the function from a cell to a column's value; it raises ColumnError.

    An empty cell is NULL, but for a text, which is empty too.
    """
    name, read, is_text = column.name, coercer.text, column.type.family == Family.TEXT

    def convert(cell: str) -> Any:
        if not cell and not is_text:
            if column.not_null:
                raise missing(name)
            return None
        try:
            return read(cell)
        except UnfitError as error:
            raise unfit(name, cell[:SHOWN_MOST], str(error)) from None

    return convert


def _never(_data: bytes) -> Any:
    raise ValueError
