"""Marks the times in which probes were down on the time axes of their stream."""

from collections.abc import Iterator

from django.db.models import Q

from applications.probes import links
from applications.probes.models import ProbeEpisode
from common.marking import MOST, Mark
from streams.core import clock


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the times within `start` and `end`, the newest first."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    found = ProbeEpisode.objects.filter(Q(ended=None) | Q(ended__gte=since), stream=stream, started__lt=until)
    for episode in found.order_by("-started")[:MOST]:
        ended = clock.from_datetime(episode.ended) if episode.ended else None
        text = f"{episode.probe} is down" if ended is None else f"{episode.probe} was down"
        url = links.to_probe(episode.probe, stream)
        yield Mark(clock.from_datetime(episode.started), ended or end, "down", text, url, episode.probe)
