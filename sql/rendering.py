"""Writes rows as JSON, as the service wrote them: numbers as numbers, times as texts in UTC, bytes in base64."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from sql.functions.calendar import iso_date
from sql.functions.values import real_text
from sql.types import Family, Kind, Type
from streams.core import clock

if TYPE_CHECKING:
    from sql.plan.nodes import Column

encode = msgspec.json.encode  # to bytes


def iso(milliseconds: int) -> str:
    """Returns a row time, such as 2026-01-31T09:30:00.000Z."""
    return f"{clock.to_datetime(milliseconds):%Y-%m-%dT%H:%M:%S}.{milliseconds % clock.SECOND:03}Z"


class Renderer:
    """Turns the rows of one stream into objects that JSON can hold, with the columns in their order."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]
        self._written = [(at, work) for at, column in enumerate(columns) if (work := _work(column.type))]

    def values(self, row: Sequence[Any]) -> list[Any]:
        """Returns the values of a row in the form of JSON."""
        values = list(row)
        for at, work in self._written:
            if values[at] is not None:
                values[at] = work(values[at])
        return values

    def row(self, row: Sequence[Any]) -> dict[str, Any]:
        """Returns a row as an object."""
        return dict(zip(self.names, self.values(row), strict=True))


def _work(source: Type) -> Callable[[Any], Any] | None:
    """Returns the function for the values of a type; None if they are written as they are."""
    if source.kind == Kind.REAL:
        return _shortest
    return _WRITTEN.get(source.family)


def _shortest(value: float) -> float:
    """Returns the float of the shortest text that names the same number of 32 bits: 0.1, not 0.10000000149011612."""
    return float(real_text(value))


def _exact(value: Decimal) -> msgspec.Raw:
    return msgspec.Raw(format(value, "f").encode())  # with all its digits, and without an exponent


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


_WRITTEN: dict[Family, Callable[[Any], Any]] = {
    Family.EXACT: _exact,
    Family.DATE: iso_date,
    Family.TIME: lambda value: iso(value)[11:23],
    Family.TIMESTAMP: lambda value: iso(value).replace("T", " ")[:-1],
    Family.BYTES: _base64,
    Family.ROW: lambda value: [None if part is None else str(part) for part in value],
}
