"""Does the work of orders between commits: builds longer steps, and delivers order lines to DynamoDB."""

from django.conf import settings

from applications.orders import outbox
from applications.orders.datasets import TABLE
from applications.orders.rollups import LADDER
from dashboard.steps.building import with_tables
from streams.declarations import Deliveries, Delivery
from streams.models.rollups import Roller


def deliveries(stream: str) -> Delivery:
    """Returns the work that the settings ask for on a stream."""
    roller = Roller(with_tables(LADDER, TABLE), stream)
    return Deliveries(roller, outbox.deliverer(stream)) if settings.ORDERS_DYNAMODB_TABLE else roller
