"""Decides which rows the engine keeps, and for how long; login/janitor.py removes the rest.

A row that a worker or a person still needs is never removed: an open window (a second or minute that a worker has not
read past), an open alarm, a lease whose shard the stream still lists, or whose children have not begun.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Model, Q, QuerySet

from common.lasting import over
from common.retention import NEVER, kept_since
from common.running import to_run
from streams import applications
from streams.coordination.leases import living_owners
from streams.core.records import SHARD_END, StreamError
from streams.models import (
    AskedPhase,
    Audit,
    DeadLetter,
    LagMinute,
    Lease,
    Member,
    Outage,
    RollupLock,
    RollupMark,
    StateSegment,
    Throughput,
    TopicVersion,
    ZonedDay,
    current_leases,
    living_members,
)
from streams.models.progress import progress_over
from streams.models.readers import readers, streams_in

Status = DeadLetter.Status
WINDOW = timedelta(minutes=1)  # the longest there is
PAUSE = timedelta(days=7)  # workers that have not read for this long are taken to have stopped
STALE_MEMBER = timedelta(days=1)  # a worker that was killed left it; a living one writes twice a second

NOT_GROWING: dict[type[Model], str] = {
    Lease: "as many as shards; those of shards that ended, and of streams that were, go by retire_leases and _former",
    StateSegment: "as a state grows and shrinks; they go with their lease",
    TopicVersion: "as many as topics",
    RollupMark: "as many as minutes that commits of the last seconds have changed; the worker takes them",
    RollupLock: "as many as streams",
    AskedPhase: "at most 95",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the rows that have been kept long enough, by model: the engine's own, then each application's."""
    own = not_ahead(now)
    rates, audit = kept_since(own, settings.RETENTION_RATES), kept_since(own, settings.RETENTION_AUDIT)
    sums = (settings.RETENTION_RESULTS, settings.RETENTION_STEPS, settings.RETENTION_SQL)
    days = min(kept_since(own, each) for each in sums).timestamp()
    found: dict[type[Model], QuerySet[Any]] = {
        Throughput: Throughput.objects.filter(_seconds_before(rates)),
        DeadLetter: DeadLetter.objects.filter(_letters(own)),
        Audit: Audit.objects.filter(at__lt=audit),
        LagMinute: LagMinute.objects.filter(minute__lt=rates),
        Outage: Outage.objects.filter(end__lt=audit),
        ZonedDay: ZonedDay.objects.filter(start__lt=days),
        Member: Member.objects.filter(over("expires", 2 * STALE_MEMBER, now - STALE_MEMBER)),
    }
    for each in applications.shown():
        found.update(each.retention(now))
    return found


def not_ahead(now: datetime) -> datetime:
    """Returns `now`, but no later than the newest watermark: this machine's clock may be ahead of the streams' time.

    If no worker lives and none has read for long, it returns `now`: then the watermark is old.
    """
    newest = Lease.objects.aggregate(newest=Max("watermark"))["newest"]
    believed = newest and (now - newest <= PAUSE or living_members().exists())
    return min(now, newest) if believed else now


def closed_before(application: str, stream: str) -> datetime:
    """Returns the time before which windows are closed; where no shard has anything left to read, all are closed."""
    leases = current_leases(application=application, stream=stream)
    if not leases.exclude(checkpoint=SHARD_END.kind).exists():
        return datetime.max.replace(tzinfo=UTC)
    complete = progress_over(leases).watermark
    return max(NEVER, complete - WINDOW) if complete else NEVER


def held_back(now: datetime) -> Iterator[str]:
    """Yields a sentence for each application on a stream that has open windows older than the time to keep."""
    for application, stream in readers():
        if closed_before(application, stream) < kept_since(not_ahead(now), settings.RETENTION_RATES):
            yield (
                f"Workers of {application} on {stream} are so far behind that old rows stay until they are read: "
                f"{to_run('leases', 'list')}"
            )


def retire_leases(now: datetime, stream: str, listed: Collection[str], *, dry_run: bool) -> int:
    """Removes the leases of shards that ended long ago and that the stream no longer lists. Returns their number.

    The lease of a shard that is still listed would be made anew, and its records read again.
    """
    ended = current_leases(stream=stream).filter(checkpoint=SHARD_END.kind).exclude(shard__in=listed)
    count = 0
    for lease in ended.filter(watermark__lt=kept_since(not_ahead(now), settings.RETENTION_LEASES)).defer("state"):
        others = current_leases(application=lease.application, stream=stream).exclude(pk=lease.pk)
        heir = others.order_by("-pk").first()
        if heir and not _is_awaited(lease.shard, others):
            count += 1
            if not dry_run:
                _fold(lease, heir)
    return count


def retire_former(now: datetime, *, dry_run: bool) -> int:
    """Removes the leases on streams that a name no longer leads to, once none was read for long. Returns their number.

    They go together: were some left, their stream could not be read on exactly if the name led to it again.
    """
    count = 0
    names = ("application", "stream", "identity")
    families = Lease.objects.filter(current=False).order_by(*names).values(*names).annotate(Max("watermark"))
    for family in families:
        read_to = family.pop("watermark__max")
        heir = current_leases(application=family["application"], stream=family["stream"]).order_by("-pk").first()
        if heir and (read_to is None or read_to < kept_since(now, settings.RETENTION_LEASES)):
            leases = list(Lease.objects.filter(current=False, **family).defer("state"))
            count += len(leases)
            for lease in () if dry_run else leases:
                _fold(lease, heir)
    return count


@transaction.atomic
def forget_leases(stream: str) -> int:
    """Removes the leases on a stream that is gone.

    Returns their number. Raises StreamError while a worker still reads it.
    """
    if living_owners(stream=stream):
        again = to_run("streams", "delete", stream)
        raise StreamError(f"Workers still read {stream}. Stop them, then remove its leases: {again}")
    for model in (Member, LagMinute, Outage):
        model._default_manager.filter(stream=stream).delete()
    return _remove(Lease.objects.filter(stream=stream))


@transaction.atomic
def forget_reader(application: str, stream: str, who: str) -> int:
    """Removes an application's leases on one stream, and records `who` did it. Returns their number. Its results stay.

    Raises StreamError while a worker still reads it, and where there is nothing to forget.
    """
    refuse_to_forget(application, stream)
    names = {"application": application, "stream": stream}
    count = _remove(Lease.objects.filter(**names))
    for model in (Member, LagMinute, Outage):
        model._default_manager.filter(**names).delete()
    Audit.objects.create(who=who, action="forget", target=f"{application} on {stream}", count=count)
    return count


def refuse_to_forget(application: str, stream: str) -> None:
    """Raises StreamError while a worker still reads the stream, and where there is nothing to forget."""
    names = {"application": application, "stream": stream}
    if living_owners(**names):
        raise StreamError(f"A worker of {application} still reads {stream}. Stop it first, then try again.")
    if not Lease.objects.filter(**names).exists():
        raise StreamError(f"{application} has no leases on {stream}: there is nothing to forget.")


def _remove(leases: QuerySet[Lease]) -> int:
    """Removes leases with the segments of their states. Returns the number of leases."""
    return leases.delete()[1].get(Lease._meta.label, 0)


def note_removed(letters: int) -> None:
    """Adds an audit row, in the transaction that removes the letters, since their records were never applied."""
    Audit.objects.create(who="manage.py", action="remove", target="dead letters kept long enough", count=letters)


def _is_awaited(shard: str, others: QuerySet[Lease]) -> bool:
    """Returns whether a child is still to begin with the state of the shard."""
    unbegun = others.filter(state=b"").exclude(checkpoint=SHARD_END.kind)
    return any(shard in parents for parents in unbegun.values_list("parents", flat=True))


@transaction.atomic
def _fold(lease: Lease, heir: Lease) -> None:
    """Adds the counts of a lease to another, so that sums over leases never fall."""
    counts = {name: F(name) + getattr(lease, name) for name in ("applied", "dead", "expired")}
    Lease.objects.filter(pk=heir.pk).update(**counts)
    lease.delete()


def closed(model: type[Model], application: str, field: str, since: datetime) -> Q:
    """Returns the condition for rows that are older than `since` and whose windows are closed.

    It goes by stream, as the indexes of results do.
    """
    found = Q(pk__in=[])
    for stream in streams_in(model):
        found |= Q(stream=stream) & Q(**{f"{field}__lt": min(since, closed_before(application, stream))})
    return found


def _seconds_before(since: datetime) -> Q:
    """Returns the condition for seconds of each application, by its index, up to the watermark of their stream."""
    ends = {names: closed_before(*names) for names in readers()}
    applications = {application for application, _ in ends}
    found = Q(second__lt=since) & ~Q(application__in=applications)
    for name in applications:
        open_ones = [Q(stream=s, second__gte=end) for (a, s), end in ends.items() if a == name and end < since]
        found |= Q(application=name, second__lt=since) & ~reduce(or_, open_ones, Q(pk__in=[]))
    return found


def _letters(now: datetime) -> Q:
    """Returns the condition for letters that may go: old settled ones, and very old kept ones.

    Those to be replayed stay.
    """
    settled = Q(status__in=[Status.APPLIED, Status.DISCARDED])
    return (settled & Q(at__lt=kept_since(now, settings.RETENTION_SETTLED_LETTERS))) | (
        Q(status=Status.KEPT) & Q(at__lt=kept_since(now, settings.RETENTION_DEAD_LETTERS))
    )
