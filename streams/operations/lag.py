"""Computes how far behind each lease is, in seconds and in records, as rows for people and scripts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from streams.applications import Row
from streams.core import clock
from streams.core.clock import iso
from streams.core.records import SHARD_END, CountWaiting
from streams.models import Lease
from streams.models.progress import seconds_since, skews


def rows(
    leases: Iterable[Lease], count_waiting: CountWaiting, now: clock.Clock = clock.now
) -> tuple[list[Row], list[str]]:
    """Returns a row for each lease, by application and stream, and the reason where records could not be counted."""
    found: list[Row] = []
    notes: set[str] = set()
    ahead = skews()
    for (application, stream), group in groupby(leases, key=attrgetter("application", "stream")):
        mine = list(group)
        waiting, why = count_waiting(stream, {lease.shard: lease.checkpoint for lease in mine})
        at = clock.to_datetime(now() + ahead.get((application, stream), 0))
        found += [_row(lease, at, waiting.get(lease.shard)) for lease in mine]
        notes |= {why} - {""}
        notes |= {note for lease in mine for note in _notes(lease)}
    return found, sorted(notes)


def _notes(lease: Lease) -> Iterator[str]:
    """Yields a sentence for a shard that stands still, and one for records that expired before it was read."""
    name = f"{lease.application} on {lease.stream}/{lease.shard}"
    if lease.trouble:
        yield f"{name} is not read: {lease.trouble}"
    if lease.expired_to:
        number = f"{lease.expired:,}" if lease.expired else "an unknown number of"
        since = f"after {iso(lease.expired_from)} and " if lease.expired_from else ""
        yield f"{name}: {number} records expired unread, the latest arrived {since}up to {iso(lease.expired_to)}."


def _lag(lease: Lease, now: datetime, waiting: int | None) -> float | None:
    """Returns seconds; 0 for a reader with nothing to read, however long ago it looked; None where it is not known."""
    if lease.checkpoint == str(SHARD_END) or lease.watermark is None:
        return None
    return 0.0 if waiting == 0 else seconds_since(lease.watermark, now)


def _row(lease: Lease, now: datetime, waiting: int | None) -> dict[str, Any]:
    return {
        "application": lease.application,
        "stream": lease.stream,
        "shard": lease.shard,
        "owner": lease.owner or None,
        "counter": lease.counter,
        "checkpoint": lease.checkpoint,
        "watermark": iso(lease.watermark),
        "newest": iso(lease.newest),
        "lag": _lag(lease, now, waiting),
        "lag_records": waiting,
        "applied": lease.applied,
        "dead": lease.dead,
        "expired": lease.expired,
        "trouble": lease.trouble,
    }
