"""Notes once a minute how far behind an application is, with the heartbeat of a worker: one query a minute."""

from collections.abc import Sequence
from datetime import datetime

from streams.core import clock
from streams.core.records import SHARD_END
from streams.models import LagMinute, Lease


class LagHistory:
    """Notes the lag of one application on one stream, as one worker sees it. Of several workers, one is noted."""

    def __init__(self, application: str, stream: str) -> None:
        self._names = {"application": application, "stream": stream}
        self._noted = -1  # the minute of the last row
        self._beats = 0

    def note(self, leases: Sequence[Lease], now: int) -> None:
        """Takes the leases and the stream's own time in milliseconds, at each heartbeat.

        The first heartbeat is left out: before the worker has read, an old watermark need not mean that records wait.
        """
        minute = now // clock.MINUTE
        self._beats += 1
        if self._beats < 2 or minute <= self._noted:
            return
        self._noted = minute
        watermark = _watermark(leases)
        lag = None if watermark is None else max(0.0, (now - clock.from_datetime(watermark)) / clock.SECOND)
        row = LagMinute(**self._names, minute=clock.to_datetime(minute * clock.MINUTE), watermark=watermark, lag=lag)
        LagMinute.objects.bulk_create([row], ignore_conflicts=True)


def _watermark(leases: Sequence[Lease]) -> datetime | None:
    """Returns the watermark over all shards that are not read to their end; None if one of them is not known."""
    moments = [lease.watermark for lease in leases if lease.checkpoint != str(SHARD_END)]
    known = [moment for moment in moments if moment is not None]
    return min(known) if known and len(known) == len(moments) else None
