"""Marks the times in which probes were down on the time axes of their stream."""

from collections.abc import Iterator

from django.db.models import Q

from applications.probes import links
from applications.probes.models import ProbeEpisode
from common.marking import MOST, Mark, Question
from streams.core import clock
from streams.models.kept import Kept

_EPISODES = Kept(
    lambda stream, since, until: (
        ProbeEpisode.objects.filter(Q(ended=None) | Q(ended__gte=since), stream=stream, started__lt=until)
        .order_by("-started")
        .values_list("probe", "started", "ended")[:MOST]
    )
)


def asks(stream: str, start: int, end: int) -> list[Question]:
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    return [(_EPISODES, (stream, since, until))]


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the times within `start` and `end`, the newest first."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    for probe, started, moment in _EPISODES.rows(stream, since, until):
        ended = clock.from_datetime(moment) if moment else None
        text = f"{probe} is down" if ended is None else f"{probe} was down"
        yield Mark(clock.from_datetime(started), ended or end, "down", text, links.to_probe(probe, stream), probe)
