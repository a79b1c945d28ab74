"""How far the workers of an application are."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from streams.models.leases import Lease
from streams.records import SHARD_END


class HowFar(NamedTuple):
    """`newest`: arrival of the newest applied record. `complete_to`: everything that arrived before this is applied."""

    newest: datetime | None
    complete_to: datetime | None


def how_far(leases: QuerySet[Lease]) -> HowFar:
    """Over all shards: one that nobody has read yet leaves the time unknown, one read to its end no longer counts."""
    unread = ~Q(checkpoint=str(SHARD_END))
    found = leases.aggregate(
        newest=Max("newest"),
        least=Min("clock", filter=unread),
        unknown=Count("pk", filter=unread & Q(clock=None)),
    )
    return HowFar(found["newest"], None if found["unknown"] else found["least"])
