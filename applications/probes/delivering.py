"""Makes the delivery of `probes`: it rolls minutes up into the steps of pages and of boards."""

from applications.probes.datasets import TABLE
from applications.probes.rollups import LADDER
from dashboard.steps.building import with_tables
from streams.models.rollups import Roller

BOTH = with_tables(LADDER, TABLE)


def roller(stream: str) -> Roller:
    """Returns the delivery of a stream."""
    return Roller(BOTH, stream)
