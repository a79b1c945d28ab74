"""Makes the delivery of `trades`: it rolls minutes up into the steps of pages and of boards."""

from functools import partial

from applications.market.datasets import TABLE
from applications.market.rollups import LADDER
from dashboard.steps.building import with_tables
from streams.models.rollups import Roller

BOTH = with_tables(LADDER, TABLE)
roller = partial(Roller, BOTH)  # makes the delivery of a stream
