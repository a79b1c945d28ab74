"""Writes rows as JSON or CSV, as the service wrote them to its outputs; sql.rendering has the form of each value."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import msgspec

from common.text import cut
from sql.engine.contract import Row
from sql.plan.nodes import Column
from sql.rendering import Renderer, encode

NUL = b"\\u0000"  # as JSON writes it; PostgreSQL takes no such text
SHOWN = 200  # characters of a text on a page
COLUMNS = 50  # of a row on a page


class RowEncoder:
    """Encodes rows of one stream."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._renderer = Renderer(columns)

    def json(self, row: Row) -> bytes:
        """Returns the row as a JSON object."""
        return encode(self._renderer.row(row))

    def storable(self, row: Row) -> str:
        """Returns the same as text that every database takes: U+FFFD stands for U+0000."""
        found = self.json(row)
        if NUL in found:
            found = self.json(tuple(each.replace("\0", "\ufffd") if isinstance(each, str) else each for each in row))
        return found.decode()

    def short(self, row: Row) -> str:
        """Returns the row as JSON for a page: of its first columns, with long texts cut."""
        values = self._renderer.values(row)[:COLUMNS]
        shown = [cut(each, SHOWN) if isinstance(each, str) else each for each in values]
        return encode(dict(zip(self._renderer.names, shown, strict=False))).decode().replace(NUL.decode(), "\\ufffd")

    def csv(self, row: Row) -> bytes:
        """Returns the row as a line of CSV."""
        file = StringIO()
        csv.writer(file, lineterminator="\n").writerow(map(plain, self._renderer.values(row)))
        return file.getvalue().encode()

    def text(self, row: Row, place: int) -> str:
        """Returns one value of a row as text; "" for NULL."""
        value = plain(self._renderer.values(row)[place])
        return "" if value is None else str(value)


def plain(value: Any) -> Any:
    """Returns a value as CSV has it: numbers as they are, TRUE as true."""
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return str(value).lower() if isinstance(value, bool) else value
