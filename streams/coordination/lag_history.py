"""Notes once a minute how far behind an application is, with the heartbeat of a worker: one query a minute.

It tells outages by these notes, in the stream's own time. Minutes without one had no worker. A watermark that stands
still while time goes on means that nothing is applied: a stream that is idle moves it too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from streams.core import clock
from streams.core.records import SHARD_END
from streams.models import LagMinute, Lease, Outage

LEAST = timedelta(minutes=2)  # of an outage: a worker that is replaced misses a minute at most


class LagHistory:
    """Notes the lag of one application on one stream, as one worker sees it. Of several workers, one is noted."""

    def __init__(self, application: str, stream: str) -> None:
        self._names = {"application": application, "stream": stream}
        self._noted = -1  # the minute of the last row
        self._watermark: datetime | None = None  # that of the last row
        self._beats = 0

    def note(self, leases: Sequence[Lease], now: int) -> None:
        """Takes the leases and the stream's own time in milliseconds, at each heartbeat.

        The first heartbeat is left out: before the worker has read, an old watermark need not mean that records wait.
        """
        minute = now // clock.MINUTE
        self._beats += 1
        if self._beats < 2 or minute <= self._noted:
            return
        watermark, moment = _watermark(leases), clock.to_datetime(minute * clock.MINUTE)
        if minute - self._noted > 1:
            self._note_absence(moment)
        elif watermark and watermark == self._watermark:
            self._note_standstill(watermark, moment)
        self._noted, self._watermark = minute, watermark
        lag = None if watermark is None else max(0.0, (now - clock.from_datetime(watermark)) / clock.SECOND)
        row = LagMinute(**self._names, minute=moment, watermark=watermark, lag=lag)
        LagMinute.objects.bulk_create([row], ignore_conflicts=True)

    def _note_absence(self, moment: datetime) -> None:
        """Stores the minutes without a note before this one."""
        notes = LagMinute.objects.filter(**self._names, minute__lt=moment).order_by("-minute")
        last = notes.values_list("minute", flat=True).first()
        if last and moment - last > LEAST:
            self._store(Outage.ABSENT, last + timedelta(minutes=1), moment)

    def _note_standstill(self, watermark: datetime, moment: datetime) -> None:
        """Stores the time from the minute of the watermark on, or lengthens it."""
        start = clock.to_datetime(clock.from_datetime(watermark) // clock.MINUTE * clock.MINUTE)
        if moment - start < LEAST:
            return
        open_one = Outage.objects.filter(**self._names, kind=Outage.STUCK, start=start)
        if not open_one.update(end=moment):
            self._store(Outage.STUCK, start, moment)

    def _store(self, kind: str, start: datetime, end: datetime) -> None:
        """Stores an outage, unless another worker did so a moment ago."""
        outage = Outage(**self._names, kind=kind, start=start, end=end)
        Outage.objects.bulk_create([outage], ignore_conflicts=True)


def _watermark(leases: Sequence[Lease]) -> datetime | None:
    """Returns the watermark over all shards that are not read to their end; None if one of them is not known."""
    moments = [lease.watermark for lease in leases if lease.checkpoint != str(SHARD_END)]
    known = [moment for moment in moments if moment is not None]
    return min(known) if known and len(known) == len(moments) else None
