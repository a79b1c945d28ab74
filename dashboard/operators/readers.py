"""Tells how far each application is on each of many streams: one query, and no read of the streams' records."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from common.running import to_run_on
from streams.core import clock
from streams.core.facts import Counted, Facts
from streams.core.records import SHARD_END, WHOLE, CountWaiting, From, Position, parse_checkpoint
from streams.models import Lease, current_leases, living_members
from streams.models.progress import seconds_since, skews

COUNTED = 10  # readers whose waiting records are counted one shard after the other, where the leases do not tell them

Readers = dict[str, list[dict[str, Any]]]


def readers(streams: Sequence[Facts], count_waiting: CountWaiting) -> Readers:
    """Returns the readers of each stream, by name: application, workers alive, lag in seconds and in records."""
    known = {facts.name: facts for facts in streams}
    leases: dict[tuple[str, str], list[Lease]] = defaultdict(list)
    columns = ("application", "stream", "shard", "checkpoint", "watermark", "trouble")
    for lease in current_leases().only(*columns).order_by("stream", "application", "shard"):
        if lease.stream in known:
            leases[lease.stream, lease.application].append(lease)
    members = Counter(living_members().values_list("stream", "application"))
    ahead, left = skews(), COUNTED
    found: Readers = defaultdict(list)
    for (stream, application), mine in leases.items():
        facts = known[stream]
        waits = waiting(mine, facts.shards)
        if waits is None and left:
            left -= 1
            counts, why = count_waiting(stream, {lease.shard: lease.checkpoint for lease in mine})
            waits = None if why else sum(counts.values())
        own = clock.to_datetime(facts.now)
        if facts.last is None:  # a service that does not tell its time here: the workers have measured it
            own += timedelta(milliseconds=ahead.get((application, stream), 0))
        found[stream].append(_row(application, mine, members[stream, application], waits, own))
    return found


def waiting(leases: Iterable[Lease], shards: dict[str, Counted] | None) -> int | None:
    """Returns the records behind the checkpoints of one application, from counts alone; None if those do not tell."""
    if shards is None:
        return None
    left, waits = dict(shards), 0
    for lease in leases:
        try:
            places, other = parse_checkpoint(lease.checkpoint)
        except ValueError:
            return None
        for shard in list(left) if lease.shard == WHOLE else [lease.shard]:
            counted = left.pop(shard, None)
            behind = _behind(places.get(shard, other), counted) if counted else 0
            if behind is None:
                return None
            waits += behind
    return waits + sum(counted.held for counted in left.values())


def _behind(place: Position, counted: Counted) -> int | None:
    if place.passed is not None:
        return max(0, min(counted.held, counted.ever - place.passed))
    return {From.TRIM_HORIZON: counted.held, From.SHARD_END: 0}.get(place.kind)


def _row(application: str, leases: Sequence[Lease], members: int, waits: int | None, now: datetime) -> dict[str, Any]:
    watermarks = [lease.watermark for lease in leases if lease.checkpoint != str(SHARD_END)]
    known = [moment for moment in watermarks if moment]
    lag = seconds_since(min(known), now) if known and len(known) == len(watermarks) else None
    return {
        "application": application,
        "members": members,
        "lag": lag if lag is None else 0.0 if waits == 0 else round(lag, 1),
        "lag_records": waits,
        "consume": to_run_on("consume", application, leases[0].stream),
        "unattended": bool(watermarks) and not members and waits != 0,
        "stopped": sum(bool(lease.trouble) for lease in leases),
    }
