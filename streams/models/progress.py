"""Computes how far the workers of an application are."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Now

from streams.core.records import SHARD_END
from streams.models import TopicVersion
from streams.models.leases import Lease, Member
from streams.models.lenient import OddTime
from streams.models.statements import update

NEAR = 2.0  # seconds by which clocks may differ without a word


class Progress(NamedTuple):
    """Says how far an application is on a stream.

    `newest` is the arrival of the newest applied record; every record that arrived before `watermark` is applied.
    """

    newest: datetime | None
    watermark: datetime | None
    damaged: bool = False  # whether a watermark cannot be read, so that the others do not say how far it is

    def has_closed(self, end: datetime) -> bool:
        """Returns whether a window that ended at `end` can no longer grow."""
        return self.watermark is not None and self.watermark >= end


def progress_over(leases: QuerySet[Lease]) -> Progress:
    """Returns the progress over all shards.

    A shard that nobody has read yet leaves the watermark unknown; ended shards do not count.
    """
    unread = ~Q(checkpoint=str(SHARD_END))
    found = leases.aggregate(
        newest=Max("newest"),
        least=Min("watermark", filter=unread),
        most=Max("watermark", filter=unread),
        unknown=Count("pk", filter=unread & Q(watermark=None)),
    )
    newest, least, most = found["newest"], found["least"], found["most"]
    damaged = isinstance(least, OddTime) or isinstance(most, OddTime)  # SQLite sorts other types before or after times
    return Progress(
        None if isinstance(newest, OddTime) else newest, None if found["unknown"] or damaged else least, damaged
    )


def skews() -> dict[tuple[str, str], int]:
    """Returns the milliseconds that a stream's own time is ahead of the database's clock, by application and stream.

    The workers that are alive have measured it. Of several figures the one nearest to 0 counts: the other clocks are
    wrong.
    """
    found: dict[tuple[str, str], int] = {}
    living = Member.objects.filter(expires__gte=Now(), skew__isnull=False)
    for application, stream, skew in living.values_list("application", "stream", "skew"):
        known = int(skew or 0)
        found[application, stream] = min(found.get((application, stream), known), known, key=abs)
    return found


def seconds_since(moment: datetime | None, now: datetime, ahead: int = 0) -> float | None:
    """Returns the age of a moment of a stream at `now`, by a clock that the stream is `ahead` of, in milliseconds.

    Returns None where the age is not known: a moment in the future has no age, and 0 would be wrong.
    """
    if moment is None:
        return None
    seconds = (now + timedelta(milliseconds=ahead) - moment).total_seconds()
    return None if seconds < -NEAR else max(0.0, seconds)


def version(topic: str) -> int:
    """Returns the announced version of a topic; 0 before the first change."""
    return TopicVersion.objects.filter(topic=topic).values_list("version", flat=True).first() or 0


def announce(topic: str) -> None:
    """Lets the version of a topic grow, in the caller's transaction."""
    found, grown = {"topic": topic}, {"version": 1}
    if not update(TopicVersion, found, added=grown):
        TopicVersion.objects.bulk_create([TopicVersion(topic=topic)], ignore_conflicts=True)
        update(TopicVersion, found, added=grown)
