"""Marks alarms and changed thresholds on the time axes of their stream."""

from collections.abc import Iterator

from applications.orders import links, queries
from applications.orders.models import ThresholdChange
from common.marking import MOST, Mark
from streams.core import clock


def marks(stream: str, start: int, end: int) -> Iterator[Mark]:
    """Yields the alarms that were open within the time, and the thresholds that were changed in it."""
    since, until = clock.to_datetime(start), clock.to_datetime(end)
    for alarm in queries.alarms(stream, None, since, until)[:MOST]:
        ended = clock.from_datetime(alarm.ended) if alarm.ended else None
        text = f"{alarm.site}: at most {alarm.peak} lines, threshold {alarm.threshold}"
        yield Mark(
            clock.from_datetime(alarm.started), ended or end, "alarm", text, links.to_alarm(alarm.pk), alarm.site
        )
    sites = queries.sites(stream, "").values("name")
    changes = ThresholdChange.objects.filter(at__gte=since, at__lt=until, site__in=sites).order_by("-at")
    for change in changes[:MOST]:
        text = f"{change.site}: {change.after} instead of {change.before}"
        yield Mark(
            clock.from_datetime(change.at), None, "threshold", text, links.to_site(change.site, stream), change.site
        )
