"""Reports alarm episodes."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, Q

from applications.orders.models import ORDERS, AlarmEpisode
from streams.applications import Row
from streams.core import clock
from streams.models.readers import streams_of


def orders(minutes: int, stream: str | None = None) -> Iterator[Row]:
    """Yields a row per alarm episode that was open in the last minutes up to the newest, oldest first.

    An open alarm is always listed, however long ago it began. Without `stream` the alarms of all streams are listed.
    """
    streams = [stream] if stream else streams_of(ORDERS)
    mine = AlarmEpisode.objects.filter(stream__in=streams)
    newest = mine.aggregate(newest=Max("started"))["newest"]
    if newest is None:
        return
    since = newest - timedelta(minutes=minutes)
    for episode in mine.filter(Q(ended=None) | Q(ended__gt=since) | Q(started__gt=since)).order_by(
        "started", "site", "stream"
    ):
        yield {
            "site": episode.site,
            "started": clock.iso(episode.started),
            "ended": clock.iso(episode.ended),
            "peak": episode.peak,
            "lines": episode.lines,
            "notifications": episode.notifications,
            "suppressed": episode.suppressed,
            "stream": episode.stream,
        }
