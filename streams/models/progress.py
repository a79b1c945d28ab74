"""Computes how far the workers of an application are."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, Max, Min, Q, QuerySet

from streams.core.records import SHARD_END
from streams.models import TopicVersion
from streams.models.kept import Kept, over_all
from streams.models.leases import Lease, current_leases, living_members
from streams.models.lenient import OddTime
from streams.models.statements import update

_VERSIONS = Kept(lambda: TopicVersion.objects.values_list("topic", "version"))
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
    found = leases.aggregate(**_figures())
    return _judged(*(found[name] for name in ("newest", "least", "most", "unknown")))


def progress_of(application: str, stream: str) -> Progress:
    """Returns how far the workers of one application are on one stream."""
    [found] = _OF_ONE.rows(application, stream)
    return _judged(*found)


def _figures() -> dict[str, Aggregate]:
    unread = ~Q(checkpoint=str(SHARD_END))
    return {
        "newest": Max("newest"),
        "least": Min("watermark", filter=unread),
        "most": Max("watermark", filter=unread),
        "unknown": Count("pk", filter=unread & Q(watermark=None)),
    }


def _judged(newest: Any, least: Any, most: Any, unknown: int) -> Progress:
    damaged = isinstance(least, OddTime) or isinstance(most, OddTime)  # SQLite sorts other types before or after times
    return Progress(None if isinstance(newest, OddTime) else newest, None if unknown or damaged else least, damaged)


def live_workers() -> list[tuple[str, str, int | None]]:
    """Returns (application, stream, skew) of each worker that lives by the database's clock; skews are as in `skews`.

    A worker that has measured none has None.
    """
    return _LIVING.rows()


def skews(workers: Iterable[tuple[str, str, int | None]] | None = None) -> dict[tuple[str, str], int]:
    """Returns the milliseconds that a stream's own time is ahead of the database's clock, by application and stream.

    The workers that are alive have measured it. Of several figures the one nearest to 0 counts: the other clocks are
    wrong. `workers` are those of `live_workers`, for a caller that has asked for them already.
    """
    found: dict[tuple[str, str], int] = {}
    for application, stream, skew in live_workers() if workers is None else workers:
        if skew is not None:
            known = int(skew)
            found[application, stream] = min(found.get((application, stream), known), known, key=abs)
    return found


_OF_ONE = Kept(
    lambda application, stream: over_all(current_leases(application=application, stream=stream), *_figures().values())
)
_LIVING = Kept(lambda: living_members().order_by("application", "stream").values_list("application", "stream", "skew"))


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


def read_versions() -> dict[str, int]:
    """Returns every topic's version, by one cheap query."""
    return dict(_VERSIONS.rows())


def announce(topic: str) -> None:
    """Lets the version of a topic grow, in the caller's transaction."""
    found, grown = {"topic": topic}, {"version": 1}
    if not update(TopicVersion, found, added=grown):
        TopicVersion.objects.bulk_create([TopicVersion(topic=topic)], ignore_conflicts=True)
        update(TopicVersion, found, added=grown)
