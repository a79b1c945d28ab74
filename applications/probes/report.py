"""Reports the times in which probes were down."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, Q

from applications.probes.models import PROBES, ProbeEpisode, ProbeNow
from streams.applications import Row
from streams.core import clock
from streams.models.readers import streams_of


def probes(minutes: int, stream: str | None = None) -> Iterator[Row]:
    """Yields a row per time in which a probe was down in the last minutes up to the newest check, oldest first."""
    streams = [stream] if stream else streams_of(PROBES)
    newest = ProbeNow.objects.filter(stream__in=streams).aggregate(newest=Max("checked"))["newest"]
    if newest is None:
        return
    since = newest - timedelta(minutes=minutes)
    found = ProbeEpisode.objects.filter(Q(ended=None) | Q(ended__gt=since), stream__in=streams)
    for episode in found.order_by("started", "probe", "stream"):
        yield {
            "probe": episode.probe,
            "started": clock.iso(episode.started),
            "ended": clock.iso(episode.ended),
            "ending": episode.ending,
            "places": episode.places,
            "failed": episode.failed,
            "reason": episode.reason,
            "stream": episode.stream,
        }
