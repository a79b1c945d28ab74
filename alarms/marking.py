"""Marks episodes, and changes of rules, on the time axes of their stream."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from alarms.models import Episode, RuleVersion
from common.marking import MOST, Mark, Question
from streams.applications import stream_of
from streams.core import clock
from streams.models.kept import Kept

_EPISODES = Kept(
    lambda stream, since, until: (
        Episode.objects.filter(Q(ended=None) | Q(ended__gte=since), stream=stream, started__lt=until, rule__own=False)
        .order_by("-started")
        .values_list("pk", "started", "ended", "key", "rule__title")[:MOST]
    )
)
_VERSIONS = Kept(
    lambda since, until: (
        RuleVersion.objects.filter(at__gte=since, at__lt=until, rule__own=False)
        .order_by("-at")
        .values_list("number", "at", "rule__name", "rule__title", "rule__application")[:MOST]
    )
)


def asks(stream: str, start: int, end: int) -> list[Question]:
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    return [(_EPISODES, (stream, since, until)), (_VERSIONS, (since, until))]


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the episodes that were open in the time, and the versions of rules that came into force in it.

    Rules of an application that finds its episodes itself are left out: the application marks those.
    """
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    for pk, started, moment, key, title in _EPISODES.rows(stream, since, until):
        ended = clock.from_datetime(moment) if moment else end
        text, url = f"{title}: {key}" if key else title, reverse("episode", args=[pk])
        yield Mark(clock.from_datetime(started), ended, "alarm", text, url, key)
    for number, at, name, title, application in _VERSIONS.rows(since, until):
        if stream_of(application) == stream:
            url = reverse("alarm-rule", args=[name])
            yield Mark(clock.from_datetime(at), None, "rule", f"{title}: version {number}", url)
