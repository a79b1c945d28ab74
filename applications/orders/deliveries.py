"""Does the work of orders between commits: builds longer steps, and delivers order lines to DynamoDB."""

from django.conf import settings

from applications.orders import outbox
from applications.orders.datasets import TABLE
from applications.orders.rollups import LADDER
from dashboard.steps.building import beside
from streams.applications import Delivery
from streams.engine.deliveries import Deliveries
from streams.models.rollups import Roller


def deliveries(stream: str) -> Delivery:
    """Returns the work that the settings ask for on a stream."""
    roller = Roller(beside(LADDER, TABLE), stream)
    return Deliveries(roller, outbox.deliverer(stream)) if settings.ORDERS_DYNAMODB_TABLE else roller
