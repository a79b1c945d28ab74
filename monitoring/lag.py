"""Finds readers that are too far behind: an application on a stream, by its watermark and by its waiting records."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings

from streams.core.records import CountWaiting
from streams.models import Member, current_leases
from streams.models.progress import seconds_since, skews
from streams.models.readers import progress_of, readers

COUNT_EVERY = 5.0  # seconds for which a count is good enough
MOST_NAMED = 3


class Laggards:
    """Names the readers that are behind; one per process, since it remembers counts. `monotonic` in seconds.

    Records are counted only for a reader with an old watermark, since a reader that has nothing to read is not behind.
    If they cannot be counted, as on Amazon Kinesis, the watermark alone decides, except for a reader whose workers
    have all ended by themselves: it is not expected to go on.
    """

    def __init__(
        self, count_waiting: CountWaiting, now: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._count_waiting = count_waiting
        self._now = now
        self._monotonic = monotonic
        self._counts: dict[tuple[str, str], tuple[float, int | None]] = {}  # good until, records

    def in_words(self) -> str:
        """Returns for example "trades on sensors is 345 s behind, 1,200 records wait"; "" if no reader is too late."""
        found = list(self._all()) if settings.READY_LAG else []
        more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
        return "; ".join(found[:MOST_NAMED] + more)

    def _all(self) -> Iterator[str]:
        ahead = skews()
        for application, stream in readers():
            _, complete, damaged = progress_of(application, stream)
            if damaged:
                yield f"how far {application} on {stream} is behind cannot be told: a lease is damaged"
            if complete is None:  # has read nothing yet: not behind
                continue
            behind = seconds_since(complete, self._now(), ahead.get((application, stream), 0))
            if behind is None:
                yield f"how far {application} on {stream} is behind cannot be told: a clock is wrong"
            elif behind > settings.READY_LAG and (waits := self._waits(application, stream)) is not None:
                yield f"{application} on {stream} is {behind:,.0f} s behind{waits}"

    def _waits(self, application: str, stream: str) -> str | None:
        """Returns the number of waiting records, in words that may be empty; None if the reader is not behind."""
        count = self._count(application, stream)
        if count is None:
            return "" if Member.objects.filter(application=application, stream=stream).exists() else None
        if not count:
            return None
        return ", 1 record waits" if count == 1 else f", {count:,} records wait"

    def _count(self, application: str, stream: str) -> int | None:
        until, count = self._counts.get((application, stream), (0.0, None))
        if self._monotonic() >= until:
            leases = current_leases(application=application, stream=stream)
            found, why = self._count_waiting(stream, dict(leases.values_list("shard", "checkpoint")))
            count = None if why else sum(found.values())
            self._counts[application, stream] = self._monotonic() + COUNT_EVERY, count
        return count
