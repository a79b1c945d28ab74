"""How far behind each lease is, in seconds and in records, as rows for people and scripts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from streams import clock
from streams.models import Lease
from streams.models.progress import seconds_since, skews
from streams.records import SHARD_END
from streams.reports import Row, iso

# The name of a stream and the checkpoints of its leases; records that wait, by lease, or none and why that is.
CountWaiting = Callable[[str, Mapping[str, str]], tuple[dict[str, int], str]]


def rows(
    leases: Iterable[Lease], count_waiting: CountWaiting, now: clock.Clock = clock.now
) -> tuple[list[Row], list[str]]:
    """A row for each lease, which come by application and stream; and why records could not be counted, where so."""
    found: list[Row] = []
    notes: set[str] = set()
    ahead = skews()
    for (application, stream), group in groupby(leases, key=attrgetter("application", "stream")):
        mine = list(group)
        waiting, why = count_waiting(stream, {lease.shard: lease.checkpoint for lease in mine})
        at = clock.to_datetime(now() + ahead.get((application, stream), 0))
        found += [_row(lease, at, waiting.get(lease.shard)) for lease in mine]
        notes |= {why} - {""}
    return found, sorted(notes)


def _row(lease: Lease, now: datetime, waiting: int | None) -> dict[str, Any]:
    return {
        "application": lease.application,
        "stream": lease.stream,
        "shard": lease.shard,
        "owner": lease.owner or None,
        "counter": lease.counter,
        "checkpoint": lease.checkpoint,
        "complete_to": iso(lease.clock),
        "newest": iso(lease.newest),
        "lag": None if lease.checkpoint == str(SHARD_END) else seconds_since(lease.clock, now),
        "lag_records": waiting,
        "applied": lease.applied,
        "dead": lease.dead,
    }
