"""Marks episodes, and changes of rules, on the time axes of their stream."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from alarms.models import Episode, RuleVersion
from common.marking import MOST, Mark
from streams.applications import stream_of
from streams.core import clock


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the episodes that were open in the time, and the versions of rules that came into force in it.

    Rules of an application that finds its episodes itself are left out: the application marks those.
    """
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    found = Episode.objects.filter(Q(ended=None) | Q(ended__gte=since), stream=stream, started__lt=until)
    for each in found.filter(rule__own=False).select_related("rule").order_by("-started")[:MOST]:
        ended = clock.from_datetime(each.ended) if each.ended else end
        text = f"{each.rule.title}: {each.key}" if each.key else each.rule.title
        url = reverse("episode", args=[each.pk])
        yield Mark(clock.from_datetime(each.started), ended, "alarm", text, url, each.key)
    versions = RuleVersion.objects.filter(at__gte=since, at__lt=until, rule__own=False).select_related("rule")
    for version in versions.order_by("-at")[:MOST]:
        if stream_of(version.rule.application) == stream:
            text = f"{version.rule.title}: version {version.number}"
            url = reverse("alarm-rule", args=[version.rule.name])
            yield Mark(clock.from_datetime(version.at), None, "rule", text, url)
