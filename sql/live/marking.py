"""Marks the switches between versions of SQL applications on the time axes of the stream that they read."""

from collections.abc import Iterator

from django.db.models import Min
from django.urls import reverse

from common.marking import MOST, Mark
from sql.live.models import SqlSwitch
from streams.core import clock


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields each version that began to compute within the time: at its first record, of any lease."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    switches = SqlSwitch.objects.filter(stream=stream, arrived__gte=since, arrived__lt=until)
    named = switches.values_list("application__name", "version").annotate(first=Min("arrived")).order_by("-first")
    for name, version, first in named[:MOST]:
        url = reverse("sql-application", args=[name])
        yield Mark(clock.from_datetime(first), None, "version", f"{name} computes with version {version}", url)
