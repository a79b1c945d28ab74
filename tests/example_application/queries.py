"""Asks the table: for the report, the page, the exporter and the janitor."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Model, QuerySet

from common.retention import kept_since
from streams.applications import Row
from streams.core.clock import iso
from streams.models.readers import progress_of
from streams.operations.retention import closed, not_ahead
from tests.example_application.models import NAME, DeviceMinute

MINUTE = timedelta(minutes=1)
SHOWN = 100  # devices on the page


def report(minutes: int, stream: str | None = None) -> Iterator[Row]:
    """Yields the rows of the newest minutes, oldest first; without `stream`, those of every stream."""
    rows = DeviceMinute.objects.filter(**{"stream": stream} if stream else {}).order_by("minute", "stream", "device")
    newest = rows.aggregate(newest=Max("minute"))["newest"]
    for row in rows.filter(minute__gt=newest - timedelta(minutes=minutes)) if newest else ():
        yield {"minute": iso(row.minute), "stream": row.stream, **_figures(row)}


def latest(now: datetime, stream: str = NAME) -> dict[str, Any]:
    """Builds the topic `readings`: the means of the newest minute. The first three names are those of every page."""
    at, rows = progress_of(NAME, stream), DeviceMinute.objects.filter(stream=stream)
    minute = rows.aggregate(newest=Max("minute"))["newest"]
    devices = [_figures(row) for row in rows.filter(minute=minute).order_by("device")[:SHOWN]]
    times = {"now": now, "newest": at.newest, "watermark": at.watermark, "minute": minute}
    return {name: iso(time) for name, time in times.items()} | {"devices": devices}


def windows_closed(stream: str, since: datetime, until: datetime) -> int:
    """Returns how many minutes with readings ended after `since`, up to `until`."""
    rows = DeviceMinute.objects.filter(stream=stream, minute__gt=since - MINUTE, minute__lte=until - MINUTE)
    return rows.values("minute").distinct().count()


def outlived(now: datetime) -> Mapping[type[Model], QuerySet[Any]]:
    """Returns closed minutes past RETENTION_RESULTS."""
    since = kept_since(not_ahead(now), settings.RETENTION_RESULTS)
    return {DeviceMinute: DeviceMinute.objects.filter(closed(DeviceMinute, NAME, "minute", since))}


def _figures(row: DeviceMinute) -> Row:
    return {"device": row.device, "mean": row.mean, "readings": row.readings}
