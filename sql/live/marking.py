"""Marks the switches between versions of SQL applications on the time axes of the stream that they read."""

from collections.abc import Iterator

from django.db.models import Min
from django.urls import reverse

from common.marking import MOST, Mark, Question
from sql.live.models import SqlSwitch
from streams.core import clock
from streams.models.kept import Kept

_SWITCHES = Kept(
    lambda stream, since, until: (
        SqlSwitch.objects.filter(stream=stream, arrived__gte=since, arrived__lt=until)
        .values_list("application__name", "version")
        .annotate(first=Min("arrived"))
        .order_by("-first")[:MOST]
    )
)


def asks(stream: str, start: int, end: int) -> list[Question]:
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    return [(_SWITCHES, (stream, since, until))]


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields each version that began to compute within the time: at its first record, of any lease."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    for name, version, first in _SWITCHES.rows(stream, since, until):
        url = reverse("sql-application", args=[name])
        yield Mark(clock.from_datetime(first), None, "version", f"{name} computes with version {version}", url)
