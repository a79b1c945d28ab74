"""Puts order lines aside for DynamoDB in the transaction of a commit, and delivers them between commits.

Each line is delivered at least once. Its key follows from its record, so that a second delivery writes the same item.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any

import msgspec
from django.conf import settings
from django.db.models.functions import Now

from applications.orders import dynamodb
from applications.orders.dynamodb import Item, Table, TableError
from applications.orders.models import ORDERS, OrderBox
from applications.orders.results import Arrivals, OrderLine
from common.lasting import over
from common.outage_log import OutageLog
from common.retention import NEVER
from common.text import cut
from streams.coordination.store_errors import translate_errors
from streams.core.clock import to_iso
from streams.core.commits import StoreDownError
from streams.core.records import StreamError

LINES = 250  # in a box: ten requests to DynamoDB
MOST = 4_000  # boxes that wait: a million lines
BOXES = 8  # in one step
LEASE = timedelta(seconds=30)
RETRY = 2.0  # seconds until a table that refused is tried again
NOBODY = "(none)"  # the customer of a line without one: the key of an item must not be empty
MOST_KEY = 200  # characters of a name in a key: DynamoDB takes 1,024 bytes of a sort key

logger = logging.getLogger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[dict[str, Any]]).decode


def boxes(arrivals: Sequence[Arrivals]) -> list[OrderBox]:
    """Returns the lines as boxes of at most LINES, without the name of their stream."""
    items = [
        _item(line, at, sequence)
        for at, sequences, lines in arrivals
        for sequence, line in zip(sequences, lines, strict=True)
    ]
    pieces = (items[start : start + LINES] for start in range(0, len(items), LINES))
    return [OrderBox(items=_encode(piece), count=len(piece), until=NEVER) for piece in pieces]


def add(stream: str, found: Sequence[OrderBox]) -> None:
    """Stores boxes in the caller's transaction. Raises StoreDownError while too many wait: the worker waits too."""
    if OrderBox.objects.filter(stream=stream)[MOST : MOST + 1].exists():
        raise StoreDownError(
            f"{MOST * LINES:,} order lines wait for the DynamoDB table {settings.ORDERS_DYNAMODB_TABLE!r}, so no more "
            "are read until it takes them."
        )
    for box in found:
        box.stream = stream
        box.key = hashlib.sha256(stream.encode() + b"\0" + bytes(box.items)).hexdigest()
    OrderBox.objects.bulk_create(found, ignore_conflicts=True)


def _item(line: OrderLine, at: int, sequence: int) -> Item:
    number = f"{at}-{sequence}"
    return {
        "CustomerID": cut(line.Customer, MOST_KEY) or NOBODY,
        "OrderID": f"{cut(line.InvoiceNo, MOST_KEY)}-{number}",
        "InvoiceNo": line.InvoiceNo,
        "StockCode": line.StockCode,
        "Line": number,
        "ArrivedAt": to_iso(at),
        "OrderDate": line.InvoiceDate,
        "Quantity": line.Quantity,
        "UnitPrice": line.UnitPrice,
        "Description": line.Description,
        "Country": line.Country,
        "Site": line.site,
    }


class Deliverer:
    """Delivers the boxes of a stream between the commits of a worker (streams.declarations.Delivery)."""

    def __init__(
        self, stream: str, opens: Callable[[], Table], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._open = opens
        self._monotonic = monotonic
        self._owner = token_hex(16)
        self._table: Table | None = None
        self._rests = 0.0
        self._outage = OutageLog(logger, monotonic, "Order lines wait for DynamoDB: ")

    def __call__(self) -> bool:
        """Delivers some boxes. Returns whether more wait that can be delivered now."""
        if self._monotonic() < self._rests:
            return False
        try:
            taken = translate_errors(self._take)()
            self._put_all(taken)
        except (TableError, StreamError) as error:
            self._rests = self._monotonic() + RETRY
            self._outage.failure(error)
            return False
        self._outage.recovered()
        return len(taken) == BOXES

    def close(self) -> None:
        """Gives its boxes back, so that another process delivers them at once. If that fails, their leases expire."""
        translate_errors(OrderBox.objects.filter(stream=self._stream, owner=self._owner).update)(until=NEVER)

    def _take(self) -> list[OrderBox]:
        """Returns boxes that nobody else delivers now, the oldest first."""
        found = OrderBox.objects.filter(over("until", LEASE), stream=self._stream).order_by("id")
        wanted = list(found.values_list("id", flat=True)[:BOXES])
        if not wanted:
            return []
        OrderBox.objects.filter(over("until", LEASE), pk__in=wanted).update(owner=self._owner, until=Now() + LEASE)
        return list(OrderBox.objects.filter(pk__in=wanted, owner=self._owner).order_by("id"))

    def _put_all(self, taken: Sequence[OrderBox]) -> None:
        try:
            for box in taken:
                self._put(box)
        except TableError:
            self.close()
            raise

    def _put(self, box: OrderBox) -> None:
        self._table = self._table or self._open()
        items = _decode(bytes(box.items))
        if box.stream != ORDERS:  # two streams may have a line of the same place
            items = [item | {"Stream": box.stream, "OrderID": f"{item['OrderID']}@{box.stream}"} for item in items]
        self._table.put(items)
        translate_errors(OrderBox.objects.filter(pk=box.pk).delete)()


def deliverer(stream: str) -> Deliverer:
    """Returns the delivery into the table of the settings."""
    return Deliverer(stream, lambda: dynamodb.open_table(settings.ORDERS_DYNAMODB_TABLE))
