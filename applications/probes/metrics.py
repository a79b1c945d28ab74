"""Counts the closed windows of probes for the exporter."""

from datetime import datetime, timedelta

from applications.probes.models import ProbeMinute

MINUTE = timedelta(minutes=1)


def windows_closed(stream: str, since: datetime, until: datetime) -> int:
    """Returns how many minutes with checks ended after `since`, up to `until`."""
    minutes = ProbeMinute.objects.filter(stream=stream, minute__gt=since - MINUTE, minute__lte=until - MINUTE)
    return minutes.values("minute").distinct().count()
