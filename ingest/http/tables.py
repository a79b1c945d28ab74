"""Makes records of CSV (RFC 4180): each row becomes a JSON object with the names of the header."""

import csv
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ingest.http.refusals import RefusedError

MOST_COLUMNS = 1_000
MOST_NAME = 256  # characters of a column's name, which every record repeats
MOST_OUT = 64 << 20  # bytes of all records together: names in every record make a small body large
MOST_DIGITS = 15  # a double keeps so many digits of any decimal number
MOST_CELL = 32  # characters of a cell that may be a number, and of one that is remembered
# As a spreadsheet writes a number; not 007, 1e5 or +1, which may be names.
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")

if TYPE_CHECKING:
    from _csv import Reader

_encode = msgspec.json.Encoder().encode
Cell = str | msgspec.Raw


@lru_cache(maxsize=1 << 14)
def typed(cell: str) -> Cell:
    """Returns a number as JSON that is written as it stands, and any other text as it is."""
    if not NUMBER.fullmatch(cell) or len(cell.strip("-").replace(".", "")) > MOST_DIGITS:
        return cell
    return msgspec.Raw(cell.encode())


def read(body: bytes, most: int) -> tuple[list[tuple[int, bytes]], dict[int, str]]:
    """Returns the records with the lines on which their rows end, and the faults of the other rows, by line.

    Raises RefusedError for a body without a header, with a quote that is not closed, or of more than `most` rows.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, "syntax", f"The CSV is not UTF-8, at byte {error.start + 1:,}.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names = _header(reader)
    found, faults, size = list[tuple[int, bytes]](), dict[int, str](), 0
    for line, row in _rows(reader):
        if isinstance(row, str):
            faults[line] = row
        elif len(row) != len(names):
            faults[line] = f"it has {len(row)} columns, the header {len(names)}"
        else:
            cells = [typed(cell) if len(cell) <= MOST_CELL else cell for cell in row]
            data = _encode(dict(zip(names, cells, strict=True)))
            size += len(data)
            found.append((line, data))
        if len(found) + len(faults) > most or size > MOST_OUT:
            raise RefusedError(413, "records", f"The CSV makes more than {most:,} records or 64 MiB: send it in parts.")
    return found, faults


def _rows(reader: "Reader") -> Iterator[tuple[int, list[str] | str]]:
    """Yields each row that is not blank with its last line, or the fault of the row.

    Raises RefusedError for a quote that is not closed in its line: all rows after it would be lost as one fault.
    """
    ended = 0  # the last line of the row before
    while True:
        try:
            for row in reader:
                ended = reader.line_num
                if row:
                    yield reader.line_num, row
            return
        except csv.Error as error:
            begun, ended = ended + 1, reader.line_num
            if begun < ended:
                says = f"The row in line {begun:,} of the CSV has a quote that is not closed; nothing was stored."
                raise RefusedError(400, "syntax", says) from None
            yield reader.line_num, f"it is not CSV: {str(error)[:100]}"


def _header(reader: "Reader") -> list[str]:
    for _, row in _rows(reader):
        if isinstance(row, str):
            raise RefusedError(400, "syntax", f"The header of the CSV cannot be read: {row}.")
        names = [name.strip() for name in row]
        if not all(1 <= len(name) <= MOST_NAME for name in names) or len(set(names)) < len(names):
            says = f"The first line of a CSV names its columns: each once, in 1 to {MOST_NAME} characters."
            raise RefusedError(400, "syntax", says)
        if len(names) == 1 and (sign := next((sign for sign in ";\t|" if sign in names[0]), None)):
            says = f"The header has one column, with {sign!r} in its name: commas part the columns of a CSV by HTTP."
            raise RefusedError(400, "syntax", f"{says} `produce lines` takes other signs.")
        if len(names) > MOST_COLUMNS:
            raise RefusedError(400, "syntax", f"The CSV has more than {MOST_COLUMNS:,} columns.")
        return names
    raise RefusedError(400, "empty", "The CSV has no header.")
