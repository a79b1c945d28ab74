"""What the pipe keeps in the database; a file for each domain, leases.py for the workers."""

from streams.models.leases import (
    Audit,
    DeadLetter,
    Lease,
    Member,
    StateSegment,
    Throughput,
    TopicVersion,
    current_leases,
)

__all__ = [
    "Audit",
    "DeadLetter",
    "Lease",
    "Member",
    "StateSegment",
    "Throughput",
    "TopicVersion",
    "current_leases",
]
