"""Finds streams that a reader read to their end before it left: no worker reads them, and no record waits."""

from collections.abc import Callable, Iterable
from threading import Lock
from time import monotonic

from dashboard.held.looks import recall
from streams import api
from streams.core.records import CountWaiting
from streams.models import current_leases
from streams.models.readers import readings

GOOD_FOR = 2.0  # seconds for which a count is used again
MOST = 50  # readers without a worker that one look counts for

Reader = tuple[str, str]  # application, stream


class Backlogs:
    """Counts the records that wait for readers; one per process, since it remembers counts. `seconds` is monotonic."""

    def __init__(
        self, count_waiting: CountWaiting = api.count_waiting, seconds: Callable[[], float] = monotonic
    ) -> None:
        self.count_waiting = count_waiting
        self._seconds = seconds
        self._counts: dict[Reader, tuple[float, int | None]] = {}  # good until, records
        self._lock = Lock()

    def drained(self, living: Iterable[Reader]) -> list[Reader]:
        """Returns the readers without a worker for which no record waits; `living` are those with one."""
        idle = sorted({(each.application, each.stream) for each in recall(readings, readings)}.difference(living))[
            :MOST
        ]
        with self._lock:
            self._counts = {reader: found for reader, found in self._counts.items() if reader in idle}
            return [reader for reader in idle if self._count(reader) == 0]

    def _count(self, reader: Reader) -> int | None:
        """Returns the number of waiting records; None if it is unknown."""
        until, count = self._counts.get(reader, (0.0, None))
        if self._seconds() >= until:
            application, stream = reader
            leases = current_leases(application=application, stream=stream)
            found, why = self.count_waiting(stream, dict(leases.values_list("shard", "checkpoint")))
            count = None if why else sum(found.values())
            self._counts[reader] = self._seconds() + GOOD_FOR, count
        return count


backlogs = Backlogs()
