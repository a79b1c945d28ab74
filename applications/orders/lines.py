"""Stores each order line once, in the transaction of the commit that counts it.

The line number is the place of the record in its stream: its arrival in milliseconds and its sequence number.
It depends on the record alone, so that a step which is tried again, by another worker and cut otherwise, stores the
same lines.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from applications.orders import outbox
from applications.orders.models import OrderBox, OrderLine
from applications.orders.results import Arrivals
from common.text import storable
from streams.core.clock import from_datetime, to_datetime
from streams.core.names import MOST_NAME

MOST_TEXT = 1000
COLUMNS = (
    "stream", "at", "sequence", "site", "customer", "invoice", "stock_code", "description", "quantity", "unit_price",
    "invoice_date", "country",
)  # fmt: skip
INSERT = "INSERT INTO {table} ({columns}) VALUES ({places}) {repeated}"
# PostgreSQL takes a column of many rows as one value: in three fifths of the time of a statement for each row.
INSERT_COLUMNS = "INSERT INTO {table} ({columns}) SELECT %s, * FROM unnest({places}) {repeated}"
ARRAYS = ("timestamptz", *["text"] * 6, "bigint", "float8", *["text"] * 2)  # as in COLUMNS, without the stream
REPEATED = "ON CONFLICT (stream, at, sequence) DO NOTHING"
REPEATED_IN_MARIADB = "ON DUPLICATE KEY UPDATE id = id"

Row = tuple[Any, ...]  # as in COLUMNS, without the stream


class Prepared(NamedTuple):
    """Holds the lines of a commit as they are stored: rows, and boxes for DynamoDB."""

    rows: list[Row]
    boxes: list[OrderBox]


def are_kept() -> bool:
    """Returns whether order lines are kept at all, here or in DynamoDB."""
    return bool(settings.ORDERS_LINES or settings.ORDERS_DYNAMODB_TABLE)


def rows(arrivals: Iterable[Arrivals]) -> list[Row]:
    """Returns the lines as rows; texts that no database stores, or that are longer than a column, are escaped or cut.

    A cut text ends with "…"; the record itself has the whole one.
    """
    adapt = connection.ops.adapt_datetimefield_value
    found: list[Row] = []
    for at, sequences, lines in arrivals:
        moment = adapt(to_datetime(at))
        for sequence, line in zip(sequences, lines, strict=True):
            names = line.site, line.Customer, line.InvoiceNo, line.StockCode
            texts = line.Description, line.InvoiceDate, line.Country
            if "\0" in "".join(names + texts) or max(map(len, names)) > MOST_NAME:
                names, texts = _stored(names, MOST_NAME), _stored(texts, MOST_TEXT)
            description, date, country = texts
            found.append((moment, str(sequence), *names, description, line.Quantity, line.UnitPrice, date, country))
    return found


def prepare(arrivals: Sequence[Arrivals]) -> Prepared:
    """Returns the lines as the settings ask for them, outside of any transaction."""
    return Prepared(
        rows(arrivals) if settings.ORDERS_LINES else [],
        outbox.boxes(arrivals) if settings.ORDERS_DYNAMODB_TABLE else [],
    )


def write(stream: str, prepared: Prepared) -> None:
    """Stores the lines in the caller's transaction; a line that is there stays as it is. Raises StoreDownError."""
    if prepared.rows:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                places = ", ".join(f"%s::{kind}[]" for kind in ARRAYS)
                cursor.execute(
                    _statement(INSERT_COLUMNS, places), [stream, *map(list, zip(*prepared.rows, strict=True))]
                )
            else:
                places = ", ".join(["%s"] * len(COLUMNS))
                cursor.executemany(_statement(INSERT, places), [(stream, *row) for row in prepared.rows])
    if prepared.boxes:
        outbox.add(stream, prepared.boxes)


def _statement(template: str, places: str) -> str:
    return template.format(
        table=connection.ops.quote_name(OrderLine._meta.db_table),
        columns=", ".join(COLUMNS),
        places=places,
        repeated=REPEATED_IN_MARIADB if connection.vendor == "mysql" else REPEATED,
    )


def number_of(line: OrderLine) -> str:
    """Returns the line number: arrival in milliseconds, a dash, sequence number."""
    return f"{from_datetime(line.at)}-{line.sequence}"


def _stored(texts: tuple[str, ...], most: int) -> Any:
    return tuple(storable(text, most) for text in texts)
