"""Turns batches of records into rows by a schema: fast where they are as it says, and right where they are not."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from sql.schema.coercion import coercer
from sql.schema.columns import Schema
from sql.schema.csv_rows import CsvReader
from sql.schema.documents import FAULTS, opened, split
from sql.schema.faults import ColumnError, UnfitError, unparsable
from sql.schema.levels import LEVEL_MOST, level_needed
from sql.schema.paths import check
from sql.schema.structs import Reader, fast_tree, reader_of, row_type, spreads
from sql.schema.walking import Found, Walker
from sql.types import Family

ROWS_MOST = 100_000  # of one record
_MISSES_MOST = 8  # of a column, until its reader takes more types
_LEAK = 256  # records in which one miss is forgiven: a reader that takes more types is slower for all of them

_whole = msgspec.json.Decoder(msgspec.Raw).decode
_whole = msgspec.json.Decoder(msgspec.Raw).decode


class Decoded(NamedTuple):
    """Holds the rows of a batch of records.

    `places` has the index of each row's record, or is None if every record gave one row. `refused` has, for each row
    that was refused, the index of its record and the reason. `cut` counts the values of a column that were cut to its
    length.
    """

    rows: list[Any]
    places: list[int] | None
    refused: list[tuple[int, ColumnError]]
    cut: dict[str, int]


class Decoder:
    """Reads records. A row has the fields c0, c1, … of the schema's columns, in order, and then of the extra columns.

    An extra column is one that a record has besides its data, such as PARTITION_KEY; a declared column of its name
    replaces it. `cut=False` refuses values that are longer than their column. A decoder learns the types that come, and
    is not thread-safe.
    """

    def __init__(
        self, schema: Schema, extras: Iterable[str] = (), *, cut: bool = True, rows_most: int = ROWS_MOST
    ) -> None:
        check(schema)
        self.schema = schema
        declared = [column.name for column in schema.columns]
        self.extras = tuple(name for name in sorted(extras) if name not in declared)
        self.columns = (*declared, *self.extras)
        self.fields = tuple(f"c{number}" for number in range(len(self.columns)))
        self._row = row_type(self.fields)
        self._rows_most = rows_most
        self._cuts: list[str] = []  # the column of each value that was cut in this batch
        self._coercers = [coercer(column.type, self._cutter(column.name, cut=cut)) for column in schema.columns]
        self._walker = Walker(schema, self._coercers)
        self._csv = CsvReader(schema, self._coercers) if schema.format == "csv" else None
        self._levels = [0] * len(schema.columns)
        self._misses = [0] * len(schema.columns)
        self._tree = fast_tree(schema)  # None if structs cannot follow the paths
        self._spreads = self._tree is not None and spreads(self._tree)
        self._read: Reader = self._reader()

    def decode(self, datas: Sequence[bytes], extra: Mapping[str, Sequence[Any]] | None = None) -> Decoded:
        """Returns the rows of records; `extra` has for each extra column the value of each record."""
        self._cuts.clear()
        if len(datas) >= _LEAK:
            self._misses = [max(0, misses - len(datas) // _LEAK) for misses in self._misses]
        rows: list[Any] = []
        others: dict[int, list[Any]] = {}  # of the records that did not give exactly one row
        refused: list[tuple[int, ColumnError]] = []
        rest = iter(datas)
        while True:
            try:
                rows.extend(map(self._read, rest))  # keeps the rows that it read before an error
                break
            except FAULTS:
                place = len(rows)
                found, faults = self._read_any(datas[place])
                refused += [(place, fault) for fault in faults]
                if not self._spreads and len(found) != 1:
                    others[place] = found
                rows.append(found if self._spreads else found[0] if len(found) == 1 else None)
        places = None
        if self._spreads:
            refused += self._shorten(rows)
        if others or self._spreads:
            groups = rows if self._spreads else [others.get(place, (row,)) for place, row in enumerate(rows)]
            places = [place for place, group in enumerate(groups) for _ in group]
            rows = list(chain.from_iterable(groups))
        if self.extras:
            self._add_extras(rows, places, extra or {})
        return Decoded(rows, places, refused, dict(Counter(self._cuts)) if self._cuts else {})

    def _shorten(self, groups: list[list[Any]]) -> list[tuple[int, ColumnError]]:
        """Cuts the rows of each record to the most that one may have, and returns the faults of those that had more."""
        found = []
        for place, group in enumerate(groups):
            if len(group) > self._rows_most:
                del group[self._rows_most :]
                found.append((place, unparsable(f"holds more than {self._rows_most} rows")))
        return found

    def as_tuples(self, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Returns rows as tuples in the order of the columns, the extra ones last."""
        if len(self.fields) == 1:
            return [(row.c0,) for row in rows]
        return list(map(attrgetter(*self.fields), rows))

    def _add_extras(self, rows: list[Any], places: list[int] | None, extra: Mapping[str, Sequence[Any]]) -> None:
        for name, field in zip(self.extras, self.fields[len(self.schema.columns) :], strict=True):
            values = extra[name]
            for row, value in zip(rows, values if places is None else map(values.__getitem__, places), strict=True):
                setattr(row, field, value)

    def _reader(self) -> Reader:
        """Returns the reader for records that hold one row in the expected types; it raises for all others."""
        if self._csv:
            return self._counting(self._csv.reader(self._row))
        if self._tree is None:
            return _unread
        fast = [
            coercer(column.type, _refuse_cut) if column.type.family == Family.BYTES else each
            for column, each in zip(self.schema.columns, self._coercers, strict=True)
        ]
        read = reader_of(self._tree, self.schema.columns, fast, self._levels, self.fields)
        return self._counting(read) if self._spreads else read  # a text outside of the array is cut before those inside

    def _counting(self, read: Reader) -> Reader:
        """Returns a reader that forgets the texts that it cut, if it then raises an error."""

        def counting(data: bytes) -> Any:
            before = len(self._cuts)
            try:
                return read(data)
            except (*FAULTS, ColumnError):
                del self._cuts[before:]
                raise ValueError from None

        return counting

    def _cutter(self, name: str, *, cut: bool) -> Callable[[], None]:
        return partial(self._cuts.append, name) if cut else _refuse_cut

    def _read_any(self, data: bytes) -> tuple[list[Any], list[ColumnError]]:
        """Returns the rows of any record, and its faults."""
        try:
            content = opened(data)
            if content is not data:
                return self._read_all([content]), []
        except ColumnError as fault:
            return [], [fault]
        except FAULTS:
            pass  # the content is not one row as expected either
        return self._rows_of(content)

    def _rows_of(self, content: bytes) -> tuple[list[Any], list[ColumnError]]:
        if self._csv:
            found = self._csv.read(content, self._rows_most)
            return [self._row(*row) for row in found.rows], found.faults
        if _is_one(content):
            return self._walked([content], None)
        if self._tree and b"\n" in content and (rows := self._quickly(content.split(b"\n"))):
            return rows, []
        found_documents, fault = split(content, self._rows_most)
        rows = self._quickly(found_documents) if self._tree and not fault else []
        return (rows, []) if rows else self._walked(found_documents, fault)

    def _read_all(self, datas: Iterable[bytes]) -> list[Any]:
        """Returns the rows of documents; raises an error if one of them is not as expected, or if they are too many."""
        rows = map(self._read, datas)
        found = list(islice(chain.from_iterable(rows) if self._spreads else rows, self._rows_most + 1))
        if len(found) > self._rows_most:
            raise ValueError
        return found

    def _quickly(self, contents: Sequence[bytes]) -> list[Any]:
        """Returns the rows of a record of several documents, if all are as expected, else none."""
        before = len(self._cuts)
        try:
            return self._read_all(filter(bytes.strip, contents))
        except FAULTS:
            del self._cuts[before:]  # the texts that were cut are read, and counted, again
        return []

    def _walked(self, contents: Sequence[bytes], fault: ColumnError | None) -> tuple[list[Any], list[ColumnError]]:
        """Returns the rows of documents, read step by step, and their faults, of which `fault` is the last."""
        found = Found(self._rows_most)
        for document in contents:
            self._walker.read(document, found)
        if found.is_full:
            fault = unparsable(f"holds more than {self._rows_most} rows")
        if self._tree:
            self._learn(found)
        rows = [self._row(*row) for row in found.rows[: self._rows_most]]
        return rows, [*found.faults, fault] if fault else found.faults

    def _learn(self, found: Found) -> None:
        """Lets the reader take more types in a column, if it did not take many of the column's values."""
        changed = False
        for row, sources in zip(found.rows, found.sources, strict=True):
            for number, column in enumerate(self.schema.columns):
                if level_needed(column.type, sources[number], row[number]) > self._levels[number]:
                    self._misses[number] += 1
                    if self._misses[number] >= _MISSES_MOST and self._levels[number] < LEVEL_MOST:
                        self._levels[number] += 1
                        self._misses[number] = 0
                        changed = True
        if changed:
            self._read = self._reader()


def _is_one(content: bytes) -> bool:
    """Returns whether a record is one JSON document, as far as its structure goes."""
    try:
        _whole(content)
    except FAULTS:
        return False
    return True


def _refuse_cut() -> None:
    raise UnfitError("is longer than the column")


def _unread(_data: bytes) -> Any:
    raise ValueError
