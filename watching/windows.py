"""Windows as they close: minutes of trades, and alarms of orders. One process counts, so that none counts twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from streams.models import AlarmEpisode, TradeMinute
from streams.models.readers import progress_of, readers
from streams.topics import TRADES

Reader = tuple[str, str]  # application, stream

MINUTE = timedelta(minutes=1)


class Windows:
    """Counts from its first call on. Asks only for what closed since the call before."""

    def __init__(self) -> None:
        self._counts: dict[Reader, int] = {}
        self._done: dict[Reader, datetime] = {}

    def closed(self) -> dict[Reader, int]:
        """Returns the number of each application on each stream that it reads."""
        self._counts = {reader: self._counts.get(reader, 0) for reader in readers()}
        for (application, stream), since, until in self._spans():
            if application == TRADES:
                minutes = TradeMinute.objects.filter(minute__gt=since - MINUTE, minute__lte=until - MINUTE)
                count = minutes.filter(stream=stream).values("minute").distinct().count()
            else:
                count = AlarmEpisode.objects.filter(stream=stream, ended__gt=since, ended__lte=until).count()
            self._counts[application, stream] += count
        return dict(self._counts)

    def _spans(self) -> Iterator[tuple[Reader, datetime, datetime]]:
        """Yields the time completed since the last look: a window closes when all before its end is applied."""
        for reader in self._counts:
            complete = progress_of(*reader).complete_to
            if complete is not None and complete > self._done.setdefault(reader, complete):
                yield reader, self._done[reader], complete
                self._done[reader] = complete
