"""How far behind each lease is, in seconds and in records, as rows for people and scripts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from streams import clock
from streams.models import Lease
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
    for (_, stream), group in groupby(leases, key=attrgetter("application", "stream")):
        mine = list(group)
        waiting, why = count_waiting(stream, {lease.shard: lease.checkpoint for lease in mine})
        found += [_row(lease, now(), waiting.get(lease.shard)) for lease in mine]
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


def _row(lease: Lease, now: int, waiting: int | None) -> dict[str, Any]:
    open_since = None if lease.checkpoint == str(SHARD_END) or lease.clock is None else clock.from_datetime(lease.clock)
    return {
        "application": lease.application,
        "stream": lease.stream,
        "shard": lease.shard,
        "owner": lease.owner or None,
        "counter": lease.counter,
        "checkpoint": lease.checkpoint,
        "complete_to": iso(lease.clock),
        "newest": iso(lease.newest),
        # A reader with nothing to read is not behind, however long ago it looked.
        "lag": None if open_since is None else max(0, now - open_since) / clock.SECOND if waiting != 0 else 0.0,
        "lag_records": waiting,
        "applied": lease.applied,
        "dead": lease.dead,
        "expired": lease.expired,
    }
