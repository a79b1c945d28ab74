"""Builds the state `streams` of docs/protocol.md, for operators: the pipe as its workers left it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Sum

from common.lasting import lasting
from common.running import to_run_on
from dashboard import clock_note, links
from dashboard.standing import elsewhere
from streams.api import is_kinesis, on_this_machine
from streams.core.clock import iso
from streams.core.records import SHARD_END, WHOLE, CountWaiting
from streams.models import LEASE, Audit, DeadLetter, Lease, Throughput, current_leases, living_members
from streams.models.progress import seconds_since, skews

RECORD_LIMIT, BYTE_LIMIT = 1000, 1 << 20  # a second, into one shard: Amazon Kinesis' own
RATE_SECONDS = 10
RATE_LAG = timedelta(seconds=2)  # a second counts once a worker has had this long to apply it
AUDITS = 20
UNREAD = 50  # streams

_Name = tuple[str, str]  # application, stream
ListStreams = Callable[[], list[str]]  # the names of the service's streams, or some of very many


class _Facts(NamedTuple):
    """Facts beside the leases; rates are records and bytes a second by (application, stream, shard)."""

    now: datetime
    rates: dict[tuple[str, str, str], tuple[float, float]]
    members: Counter[_Name]
    letters: dict[_Name, dict[str, int]]
    held: set[int]  # leases that have not expired
    former: dict[_Name, tuple[int, int, int]]  # applied, dead and expired records of streams that had the name before
    skews: dict[_Name, int]  # milliseconds that a stream's own time is ahead of the database's

    def own_time(self, lease: Lease) -> datetime:
        """Returns now by the clock of the lease's stream, if a worker has measured it, else by ours."""
        return self.now + timedelta(milliseconds=self.skews.get((lease.application, lease.stream), 0))


def no_names() -> list[str]:
    """Lists no stream, for figures of readers alone."""
    return []


def streams(
    now: datetime, count_waiting: CountWaiting, list_streams: ListStreams = no_names, **only: str
) -> dict[str, Any]:
    """Builds a row for each application on each stream with its shards, and for each stream without a reader.

    Adds the newest actions of people. `only` may name one `stream`.
    """
    leases: dict[_Name, list[Lease]] = defaultdict(list)
    for lease in current_leases(**only).order_by("application", "stream", "shard").defer("state"):
        leases[lease.application, lease.stream].append(lease)
    facts = _Facts(now, _rates(now), _members(), _letters(), _held(), _former(), skews())
    return {
        "now": iso(now),
        "clock_note": clock_note.note(),
        "streams": [
            _stream(name, found, facts, *count_waiting(name[1], {lease.shard: lease.checkpoint for lease in found}))
            for name, found in leases.items()
        ],
        "unread": _unread({stream for _, stream in leases}, list_streams(), count_waiting),
        "audit": [audit(row) for row in Audit.objects.order_by("-pk")[:AUDITS]],
    }


def _unread(read: set[str], names: Sequence[str], count_waiting: CountWaiting) -> list[dict[str, Any]]:
    """Builds a row for each stream without a reader, with the number of its records, if that is known."""
    rows = []
    for stream in [name for name in names if name not in read][:UNREAD]:
        counts, why = count_waiting(stream, {})
        rows.append(
            {
                "stream": stream,
                "records_url": links.to_records(stream),
                "records": None if why else sum(counts.values()),
            }
        )
    return rows


def owner_in_words(owner: str) -> str:
    """Returns an owner of streams.coordination.process_identity as `process 412 on this machine`, or on HOST.

    Of another machine only the identity of its boot is known, which tells a person nothing.
    """
    place, _, rest = owner.partition("/")
    parts = rest.split("/")
    if len(parts) < 2:
        return owner
    if on_this_machine(owner):
        return f"process {parts[-2]} on this machine"
    return f"process {parts[-2]} on {place if len(parts) == 2 else 'another machine'}"


def _rates(now: datetime) -> dict[tuple[str, str, str], tuple[float, float]]:
    end = (now - RATE_LAG).replace(microsecond=0)
    start = end - timedelta(seconds=RATE_SECONDS)
    applications = Lease.objects.values("application")  # in the order of the index on seconds
    seconds = Throughput.objects.filter(application__in=applications, second__gte=start, second__lt=end)
    sums = seconds.values_list("application", "stream", "shard").annotate(Sum("records"), Sum("size"))
    return {tuple(names): (records / RATE_SECONDS, size / RATE_SECONDS) for *names, records, size in sums}


def _members() -> Counter[_Name]:
    """Counts the workers that live by the database's clock, as workers see one another."""
    return Counter(living_members().values_list("application", "stream"))


def _letters() -> dict[_Name, dict[str, int]]:
    found: dict[_Name, dict[str, int]] = defaultdict(lambda: dict.fromkeys(DeadLetter.Status.values, 0))
    counts = DeadLetter.objects.values_list("application", "stream", "status").annotate(Count("pk"))
    for application, stream, status, count in counts:
        found[application, stream][status] = count
    return found


def _held() -> set[int]:
    return set(Lease.objects.filter(lasting("expires", LEASE)).exclude(owner="").values_list("pk", flat=True))


def _former() -> dict[_Name, tuple[int, int, int]]:
    """Returns the totals of streams that had the same name before. With these, sums over a name never fall."""
    leases = Lease.objects.filter(current=False).values_list("application", "stream")
    sums = leases.order_by("application", "stream").annotate(Sum("applied"), Sum("dead"), Sum("expired"))
    return {(application, stream): (*counts,) for application, stream, *counts in sums}


def _stream(name: _Name, leases: Sequence[Lease], facts: _Facts, waiting: dict[str, int], why: str) -> dict[str, Any]:
    unread = {lease.shard for lease in leases if lease.checkpoint != str(SHARD_END)}
    applied, dead, expired = facts.former.get(name, (0, 0, 0))
    shards = [_shard(lease, unread, facts, waiting.get(lease.shard)) for lease in leases]
    watermarks = [lease.watermark for lease in leases if lease.shard in unread]
    known = [watermark for watermark in watermarks if watermark]
    waits = None if why else sum(waiting.values())
    own = facts.own_time(leases[0])
    return {
        "application": name[0],
        "stream": name[1],
        "records_url": links.to_records(name[1]),
        "members": facts.members[name],
        "skew": facts.skews[name] / 1000 if name in facts.skews else None,
        "lag": _lag(min(known), own, waits) if known and len(known) == len(watermarks) else None,
        "lag_records": waits,
        "consume": to_run_on("consume", *name),
        "unattended": bool(unread) and not facts.members[name] and waits != 0,
        "lag_note": elsewhere(leases[0].identity, kinesis=is_kinesis()) or why,
        "newest": iso(max((lease.newest for lease in leases if lease.newest), default=None)),
        "records": round(sum(shard["records"] or 0 for shard in shards), 1),
        "bytes": round(sum(shard["bytes"] or 0 for shard in shards), 1),
        "applied": applied + sum(lease.applied for lease in leases),
        "dead": dead + sum(lease.dead for lease in leases),
        "expired": expired + sum(lease.expired for lease in leases),
        "expired_note": " ".join(_loss(lease) for lease in leases if lease.expired_to),
        "stopped": sum(bool(lease.trouble) for lease in leases),
        "stopped_note": " ".join(
            f"{_shard_name(lease)} is not read: {lease.trouble.rstrip('.')}." for lease in leases if lease.trouble
        ),
        "letters": facts.letters[name],
        "shards": sorted(shards, key=lambda shard: shard["state"] == "ended"),
    }


def _shard_name(lease: Lease) -> str:
    return "whole stream" if lease.shard == WHOLE else lease.shard


def _loss(lease: Lease) -> str:
    """Returns a sentence about the records of a shard that expired unread; without a number if none is known."""
    number = f"{lease.expired:,} records" if lease.expired else "An unknown number of records"
    since = f"after {iso(lease.expired_from)} and " if lease.expired_from else ""
    return f"{number} of {_shard_name(lease)} expired unread; the latest arrived {since}up to {iso(lease.expired_to)}."


def _shard(lease: Lease, unread: set[str], facts: _Facts, waits: int | None) -> dict[str, Any]:
    records, size = facts.rates.get((lease.application, lease.stream, lease.shard), (0.0, 0.0))
    behind = lease.watermark is None or lease.watermark < facts.own_time(lease) - RATE_LAG - timedelta(
        seconds=RATE_SECONDS
    )
    ended = lease.shard not in unread
    unknown = behind and not ended  # newer records may have arrived since
    return {
        "shard": _shard_name(lease),
        "state": _state(lease, unread, facts.held),
        "parents": lease.parents,
        "owner": owner_in_words(lease.owner) if lease.pk in facts.held else "",
        "owner_id": lease.owner if lease.pk in facts.held else "",
        "watermark": iso(lease.watermark),
        "checkpoint": lease.checkpoint,
        "place": _place(lease.checkpoint),
        "lag": None if ended else _lag(lease.watermark, facts.own_time(lease), waits),
        "lag_records": waits,
        "newest": iso(lease.newest),
        "applied": lease.applied,
        "dead": lease.dead,
        "records": None if unknown else round(records, 1),
        "bytes": None if unknown else round(size, 1),
        # The leases do not say how many shards the whole stream has.
        "records_full": _full(records, RECORD_LIMIT, unknown=unknown or ended or lease.shard == WHOLE),
        "bytes_full": _full(size, BYTE_LIMIT, unknown=unknown or ended or lease.shard == WHOLE),
    }


def _state(lease: Lease, unread: set[str], held: set[int]) -> str:
    if lease.shard not in unread:
        return "ended"
    if unread.intersection(lease.parents):
        return "waiting"
    if lease.trouble:
        return "stopped"
    return "held" if lease.pk in held else "free"


def _place(checkpoint: str) -> str:
    """Returns a short form of a checkpoint: Kinesis' sequence numbers have 56 digits."""
    if "=" in checkpoint:
        return f"in each of {len(checkpoint.split())} shards"
    words = checkpoint.partition("/")[0].replace("after-sequence-number:", "after ")
    return words if len(words) <= 24 else f"{words[:8]}…{words[-14:]}"


def _lag(watermark: datetime | None, now: datetime, waits: int | None) -> float | None:
    """Returns seconds; 0 where no record waits, however old the watermark is; None for a watermark in the future."""
    seconds = seconds_since(watermark, now)
    if seconds is None:
        return None
    return 0.0 if waits == 0 else round(seconds, 1)


def _full(rate: float, limit: int, *, unknown: bool) -> float | None:
    """Returns the percentage of a shard's limit; above 100 if the stream has no limits."""
    return None if unknown else round(100 * rate / limit, 1)


def audit(row: Audit) -> dict[str, Any]:
    """Returns a row of the audit; its count is None where the act has none, which the table stores as 0."""
    return {
        "id": row.pk,
        "at": iso(row.at),
        "who": row.who,
        "action": row.action,
        "target": row.target,
        "count": row.count or None,
    }
