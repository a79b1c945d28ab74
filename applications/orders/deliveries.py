"""Does the work of orders between commits: builds longer steps, and delivers order lines to DynamoDB."""

from collections.abc import Sequence

from django.conf import settings

from applications.orders import outbox
from applications.orders.datasets import TABLE
from applications.orders.rollups import LADDER
from dashboard.steps.building import beside
from streams.applications import Delivery
from streams.models.rollups import Roller


class Deliveries(Delivery):
    """Calls several deliveries in turn."""

    def __init__(self, parts: Sequence[Delivery]) -> None:
        self._parts = parts

    def __call__(self) -> bool:
        more = [part() for part in self._parts]  # each has its turn
        return any(more)

    def close(self) -> None:
        for part in self._parts:
            part.close()


def deliveries(stream: str) -> Delivery:
    """Returns the work that the settings ask for on a stream."""
    roller = Roller(beside(LADDER, TABLE), stream)
    return Deliveries([roller, outbox.deliverer(stream)]) if settings.ORDERS_DYNAMODB_TABLE else roller
