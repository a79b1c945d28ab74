"""What the pipe keeps, and for how long; login/janitor.py removes the rest.

Nothing is removed that somebody still works on: an open window (a second or minute that a worker has not read past),
an open alarm, a lease whose shard the stream still lists, or whose children have not begun.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Model, Q, QuerySet
from django.db.models.functions import Now

from streams.leases import living_owners
from streams.models import (
    AlarmEpisode,
    Audit,
    DeadLetter,
    Lease,
    Member,
    Notification,
    Site,
    SiteCount,
    SiteSecond,
    Throughput,
    TopicVersion,
    TradeMinute,
)
from streams.models.progress import how_far
from streams.records import SHARD_END, StreamError

Status = DeadLetter.Status
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # before all there is
WINDOW = timedelta(minutes=1)  # the longest there is
PAUSE = timedelta(days=7)  # workers that have not read for this long are taken to have stopped
STALE_MEMBER = timedelta(days=1)  # a worker that was killed left it; a living one writes twice a second

NOT_GROWING: dict[type[Model], str] = {
    Lease: "as many as shards; those of shards that ended long ago go by retire_leases",
    Site: "as many as shops, each with the threshold that somebody set",
    TopicVersion: "as many as topics",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Rows that have been kept long enough, by model."""
    own = not_ahead(now)
    rates, results, alarms, audit = (
        kept_since(own, days)
        for days in (
            settings.RETENTION_RATES,
            settings.RETENTION_RESULTS,
            settings.RETENTION_ALARMS,
            settings.RETENTION_AUDIT,
        )
    )
    sites = Site.objects.values("name")  # by site, as the index of seconds goes
    return {
        Throughput: Throughput.objects.filter(_seconds_before(rates)),
        SiteSecond: SiteSecond.objects.filter(site__in=sites, second__lt=min(rates, closed_before("orders"))),
        SiteCount: SiteCount.objects.filter(newest__lt=results, lines=0),
        TradeMinute: TradeMinute.objects.filter(minute__lt=min(results, closed_before("trades"))),
        AlarmEpisode: AlarmEpisode.objects.filter(ended__lt=alarms),
        Notification: Notification.objects.filter(at__lt=alarms),
        DeadLetter: DeadLetter.objects.filter(_letters(own)),
        Audit: Audit.objects.filter(at__lt=audit),
        Member: Member.objects.filter(expires__lt=now - STALE_MEMBER),
    }


def not_ahead(now: datetime) -> datetime:
    """Returns `now`, but no later than the newest watermark: this machine's clock may be ahead of the streams' time.

    Unless no worker lives and none has read for long: then it is the watermark that is old.
    """
    newest = Lease.objects.aggregate(newest=Max("clock"))["newest"]
    believed = newest and (now - newest <= PAUSE or Member.objects.filter(expires__gte=Now()).exists())
    return min(now, newest) if believed else now


def kept_since(now: datetime, days: int) -> datetime:
    """What is older than this may go; 0 days: nothing ever."""
    return max(NEVER, now - timedelta(days=min(days, 36500))) if days else NEVER


def closed_before(application: str) -> datetime:
    """Windows that began before this are closed; where no shard has anything left to read, all are."""
    leases = Lease.objects.filter(application=application)
    if not leases.exclude(checkpoint=SHARD_END.kind).exists():
        return datetime.max.replace(tzinfo=UTC)
    complete = how_far(leases).complete_to
    return max(NEVER, complete - WINDOW) if complete else NEVER


def held_back(now: datetime) -> Iterator[str]:
    """A sentence for each application whose open windows are older than what is to be kept."""
    for name in _applications():
        if closed_before(name) < kept_since(not_ahead(now), settings.RETENTION_RATES):
            yield f"Workers of {name} are so far behind that old rows stay until they are read: manage.py leases list."


def retire_leases(now: datetime, stream: str, listed: Collection[str], *, dry_run: bool) -> int:
    """Removes the leases of shards that ended long ago and that the stream no longer lists; how many.

    One that is still listed would be leased anew, and read again.
    """
    ended = Lease.objects.filter(stream=stream, checkpoint=SHARD_END.kind).exclude(shard__in=listed)
    count = 0
    for lease in ended.filter(clock__lt=kept_since(not_ahead(now), settings.RETENTION_LEASES)).defer("state"):
        others = Lease.objects.filter(application=lease.application, stream=stream).exclude(pk=lease.pk)
        heir = others.order_by("-pk").first()
        if heir and not _is_awaited(lease.shard, others):
            count += 1
            if not dry_run:
                _fold(lease, heir)
    return count


@transaction.atomic
def forget_leases(stream: str) -> int:
    """Removes the leases on a stream that is no more; how many. Raises StreamError while a worker still reads it."""
    if living_owners(stream=stream):
        raise StreamError(
            f"Workers still read {stream}. Stop them, then again: manage.py streams delete {stream}, for its leases."
        )
    Member.objects.filter(stream=stream).delete()
    return Lease.objects.filter(stream=stream).delete()[0]


def note_removed(letters: int) -> None:
    """In the transaction that removes them: records that were never applied do not go unsaid."""
    Audit.objects.create(who="manage.py", action="remove", target="dead letters kept long enough", count=letters)


def _is_awaited(shard: str, others: QuerySet[Lease]) -> bool:
    """Whether a child is still to begin with its state."""
    unbegun = others.filter(state=b"").exclude(checkpoint=SHARD_END.kind)
    return any(shard in parents for parents in unbegun.values_list("parents", flat=True))


@transaction.atomic
def _fold(lease: Lease, heir: Lease) -> None:
    """Its counts go to another, so that sums over leases never fall."""
    Lease.objects.filter(pk=heir.pk).update(applied=F("applied") + lease.applied, dead=F("dead") + lease.dead)
    lease.delete()


def _applications() -> list[str]:
    return list(Lease.objects.order_by("application").values_list("application", flat=True).distinct())


def _seconds_before(since: datetime) -> Q:
    """Of each application as far as it is complete."""
    names = _applications()
    found = Q(second__lt=since) & ~Q(application__in=names)
    for name in names:
        found |= Q(application=name, second__lt=min(since, closed_before(name)))
    return found


def _letters(now: datetime) -> Q:
    """Those that are to be replayed stay; nobody's decision is needed any more for the settled ones."""
    settled = Q(status__in=[Status.APPLIED, Status.DISCARDED])
    return (settled & Q(at__lt=kept_since(now, settings.RETENTION_SETTLED_LETTERS))) | (
        Q(status=Status.KEPT) & Q(at__lt=kept_since(now, settings.RETENTION_DEAD_LETTERS))
    )
