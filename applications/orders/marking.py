"""Marks alarms and changed thresholds on the time axes of their stream."""

from collections.abc import Iterator

from applications.orders import links, queries
from applications.orders.models import ThresholdChange
from common.marking import MOST, Mark, Question
from streams.core import clock
from streams.models.kept import Kept

_ALARMS = Kept(
    lambda stream, since, until: queries.alarms(stream, None, since, until).values_list(
        "pk", "site", "started", "ended", "peak", "threshold"
    )[:MOST]
)
_CHANGES = Kept(
    lambda stream, since, until: (
        ThresholdChange.objects.filter(at__gte=since, at__lt=until, site__in=queries.sites(stream, "").values("name"))
        .order_by("-at")
        .values_list("site", "at", "before", "after")[:MOST]
    )
)


def asks(stream: str, start: int, end: int) -> list[Question]:
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    return [(_ALARMS, (stream, since, until)), (_CHANGES, (stream, since, until))]


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the alarms that were open within the time, and the thresholds that were changed in it."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    for pk, site, started, moment, peak, threshold in _ALARMS.rows(stream, since, until):
        ended = clock.from_datetime(moment) if moment else None
        text = f"{site}: peak of {peak} lines, threshold {threshold}"
        yield Mark(clock.from_datetime(started), ended or end, "alarm", text, links.to_alarm(pk), site)
    for site, at, before, after in _CHANGES.rows(stream, since, until):
        text = f"{site}: {after} instead of {before}"
        yield Mark(clock.from_datetime(at), None, "threshold", text, links.to_site(site, stream), site)
