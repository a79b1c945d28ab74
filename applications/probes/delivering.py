"""Makes the delivery of `probes`: it rolls minutes up into the steps of pages and of boards."""

from functools import partial

from applications.probes.datasets import TABLE
from applications.probes.rollups import LADDER
from dashboard.steps.building import with_tables
from streams.models.rollups import Roller

roller = partial(Roller, with_tables(LADDER, TABLE))  # makes the delivery of a stream
