"""Writes rows as JSON or CSV, as the service wrote them to its outputs: columns in order, times as text."""

import csv
import math
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import StringIO
from typing import Any

import msgspec

from common.text import cut
from sql.engine.contract import Row
from sql.types import Family, Kind, Type

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUL = b"\\u0000"  # as JSON writes it; PostgreSQL takes no such text
SHOWN = 200  # characters of a text on a page
COLUMNS = 50  # of a row on a page
_encode = msgspec.json.Encoder(decimal_format="number").encode
Write = Callable[[Any], Any]  # turns a value that is not NULL into a JSON value


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return (EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


def timestamp(milliseconds: int) -> str:
    """Returns a TIMESTAMP as 2016-07-19 17:05:00.000."""
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03}"


def _date(milliseconds: int) -> str:
    return timestamp(milliseconds)[:10]


def _time(milliseconds: int) -> str:
    return timestamp(milliseconds)[11:]


def _real(value: float) -> float:
    """Returns a REAL as the number with the fewest digits that means the same 32 bits."""
    if not math.isfinite(value):
        return value
    same = struct.pack("f", value)
    short = (float(f"{value:.{digits}g}") for digits in (6, 7, 8))
    return next((each for each in short if abs(each) < 3.4e38 and struct.pack("f", each) == same), value)


_WRITE: dict[Family, Write] = {
    Family.TIMESTAMP: timestamp,
    Family.DATE: _date,
    Family.TIME: _time,
    Family.BYTES: lambda value: value.hex().upper(),
    Family.ROW: lambda value: [str(each) for each in value],
}


def writer(type_: Type) -> Write | None:
    """Returns the function that turns values of a type into JSON values; None if they are JSON values already."""
    return _real if type_.kind == Kind.REAL else _WRITE.get(type_.family)


class RowEncoder:
    """Encodes rows of one stream."""

    def __init__(self, columns: Sequence[tuple[str, Type]]) -> None:
        """Takes the name and the type of each column."""
        self.names = [name for name, _ in columns]
        self._writes = [(at, write) for at, (_, type_) in enumerate(columns) if (write := writer(type_))]

    def values(self, row: Row) -> list[Any]:
        """Returns the row's values as JSON values."""
        found = list(row)
        for at, write in self._writes:
            if (value := found[at]) is not None:
                found[at] = write(value)
        return found

    def json(self, row: Row) -> bytes:
        """Returns the row as a JSON object."""
        return _encode(dict(zip(self.names, self.values(row) if self._writes else row, strict=True)))

    def storable(self, row: Row) -> str:
        """Returns the same as text that every database takes: U+FFFD stands for U+0000."""
        found = self.json(row)
        if NUL in found:
            found = self.json(tuple(each.replace("\0", "\ufffd") if isinstance(each, str) else each for each in row))
        return found.decode()

    def short(self, row: Row) -> str:
        """Returns the row as JSON for a page: of its first columns, with long texts cut."""
        shown = [cut(each, SHOWN) if isinstance(each, str) else each for each in self.values(row)[:COLUMNS]]
        return _encode(dict(zip(self.names, shown, strict=False))).decode().replace(NUL.decode(), "\\ufffd")

    def csv(self, row: Row) -> bytes:
        """Returns the row as a line of CSV."""
        file = StringIO()
        csv.writer(file, lineterminator="\n").writerow([_cell(value) for value in self.values(row)])
        return file.getvalue().encode()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
