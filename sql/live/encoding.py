"""Writes rows as JSON or CSV, as the service wrote them to its outputs; sql.rendering has the form of each value."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

import msgspec

from common.text import cut
from sql.engine.contract import Row
from sql.rendering import Renderer, encode

if TYPE_CHECKING:
    from sql.plan.nodes import Column

NUL = b"\\u0000"  # as JSON writes it; PostgreSQL takes no such text
SHOWN = 200  # characters of a text on a page
COLUMNS = 50  # of a row on a page


class RowEncoder:
    """Encodes rows of one stream."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._renderer = Renderer(columns)
        self._object = _maker(self._renderer.names)

    def jsons(self, rows: Iterable[Row]) -> list[bytes]:
        """Returns each row as a JSON object."""
        values, made = self._renderer.values, self._object
        return [encode(made(*values(row))) for row in rows]

    def objects(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """Returns each row as an object, with exact numbers as floats."""
        names, values = self._renderer.names, self._renderer.values
        return [dict(zip(names, map(_as_float, values(row)), strict=True)) for row in rows]

    def storable(self, rows: Sequence[Row]) -> list[str]:
        """Returns the same as texts that every database takes: U+FFFD stands for U+0000."""
        found = self.jsons(rows)
        for place, text in enumerate(found):
            if NUL in text:
                [found[place]] = self.jsons([tuple(map(_without_nul, rows[place]))])
        return [text.decode() for text in found]

    def short(self, row: Row) -> str:
        """Returns the row as JSON for a page: of its first columns, with long texts cut."""
        values = self._renderer.values(row)[:COLUMNS]
        shown = [cut(each, SHOWN) if isinstance(each, str) else each for each in values]
        return encode(dict(zip(self._renderer.names, shown, strict=False))).decode().replace(NUL.decode(), "\\ufffd")

    def csvs(self, rows: Iterable[Row]) -> list[bytes]:
        """Returns each row as a line of CSV."""
        return [self._csv(row) for row in rows]

    def _csv(self, row: Row) -> bytes:
        file = StringIO()
        csv.writer(file, lineterminator="\n").writerow(map(plain, self._renderer.values(row)))
        return file.getvalue().encode()

    def text(self, row: Row, place: int) -> str:
        """Returns one value of a row as text; "" for NULL."""
        value = plain(self._renderer.values(row)[place])
        return "" if value is None else str(value)


def _maker(names: Sequence[str]) -> Callable[..., Any]:
    """Returns a function that makes a JSON object of values: a struct, which is quicker to encode than a dict."""
    if any(character in '\\"' or character < " " for name in names for character in name):
        return lambda *values: dict(zip(names, values, strict=True))  # a struct takes no such name
    fields = {f"c{place}": name for place, name in enumerate(names)}
    return msgspec.defstruct("Row", list(fields), rename=fields, gc=False)


def _as_float(value: Any) -> Any:
    return float(bytes(value)) if isinstance(value, msgspec.Raw) else value


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def plain(value: Any) -> Any:
    """Returns a value as CSV has it: numbers as they are, TRUE as true."""
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return str(value).lower() if isinstance(value, bool) else value
