"""Counts the market's closed windows for the exporter."""

from datetime import datetime, timedelta

from applications.market.models import TradeMinute

MINUTE = timedelta(minutes=1)


def windows_closed(stream: str, since: datetime, until: datetime) -> int:
    """Returns how many minutes with trades ended after `since`, up to `until`."""
    minutes = TradeMinute.objects.filter(stream=stream, minute__gt=since - MINUTE, minute__lte=until - MINUTE)
    return minutes.values("minute").distinct().count()
