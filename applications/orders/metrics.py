"""Counts the closed windows of orders for the exporter."""

from datetime import datetime

from applications.orders.models import AlarmEpisode


def windows_closed(stream: str, since: datetime, until: datetime) -> int:
    """Returns how many alarms ended after `since`, up to `until`."""
    return AlarmEpisode.objects.filter(stream=stream, ended__gt=since, ended__lte=until).count()
