"""Windows as they close: minutes of trades, and alarms of orders. One process counts, so that none counts twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from streams.models import AlarmEpisode, TradeMinute, current_leases
from streams.models.progress import how_far

MINUTE = timedelta(minutes=1)


class Windows:
    """Counts from its first call on. Asks only for what closed since the call before."""

    def __init__(self) -> None:
        self._counts = {"trades": 0, "orders": 0}
        self._done: dict[str, datetime] = {}

    def closed(self) -> dict[str, int]:
        """Of each application."""
        for application, since, until in self._spans():
            if application == "trades":
                minutes = TradeMinute.objects.filter(minute__gt=since - MINUTE, minute__lte=until - MINUTE)
                self._counts["trades"] += minutes.values("minute").distinct().count()
            else:
                self._counts["orders"] += AlarmEpisode.objects.filter(ended__gt=since, ended__lte=until).count()
        return dict(self._counts)

    def _spans(self) -> Iterator[tuple[str, datetime, datetime]]:
        """What was completed since the last look: a window is closed when all before its end is applied."""
        for application in self._counts:
            complete = how_far(current_leases(application=application)).complete_to
            if complete is not None and complete > self._done.setdefault(application, complete):
                yield application, self._done[application], complete
                self._done[application] = complete
