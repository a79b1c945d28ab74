"""What the pipe keeps in the database; a file for each domain, leases.py for the workers."""

from applications.market.models import Ticker, TradeMinute
from applications.orders.models import AlarmEpisode, Notification, Site, SiteCount, SiteSecond, ThresholdChange
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
    "AlarmEpisode",
    "Audit",
    "DeadLetter",
    "Lease",
    "Member",
    "Notification",
    "Site",
    "SiteCount",
    "SiteSecond",
    "StateSegment",
    "ThresholdChange",
    "Throughput",
    "Ticker",
    "TopicVersion",
    "TradeMinute",
    "current_leases",
]
