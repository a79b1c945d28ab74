"""The tables of the stream engine: leases.py has those of the workers, the other files the queries on them."""

from streams.models.lags import LagMinute
from streams.models.leases import (
    LEASE,
    Audit,
    DeadLetter,
    Lease,
    Member,
    StateSegment,
    Throughput,
    TopicVersion,
    current_leases,
    living_members,
)
from streams.models.outages import Outage
from streams.models.rollups import RollupLock, RollupMark
from streams.models.zoned_days import AskedPhase, ZonedDay

__all__ = [
    "LEASE",
    "AskedPhase",
    "Audit",
    "DeadLetter",
    "LagMinute",
    "Lease",
    "Member",
    "Outage",
    "RollupLock",
    "RollupMark",
    "StateSegment",
    "Throughput",
    "TopicVersion",
    "ZonedDay",
    "current_leases",
    "living_members",
]
