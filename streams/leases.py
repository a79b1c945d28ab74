"""Leases on shards, kept in the database: who reads what, and the one transaction that moves a shard on.

Time is the database's own, so that the clocks of workers do not matter.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Generic

from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from streams import clock, owners
from streams.commits import Commit, Grant, LeaseLostError, RefusedError, Results
from streams.models import DeadLetter, Lease, Throughput, TopicVersion
from streams.records import SHARD_END, DeadRecord, Description, Position

LEASE = timedelta(seconds=5)  # A dead worker's shards are taken over after this, at the latest.


class Leases(Generic[Results]):
    """The leases of one application on one stream, as one worker sees them. A pipeline's Store."""

    def __init__(
        self, application: str, stream: str, topic: str, write: Callable[[Results], None], owner: str | None = None
    ) -> None:
        self.application = application
        self.stream = stream
        self._topic = topic
        self._write = write
        self._owner = owner or owners.myself()
        self._all = Lease.objects.filter(application=application, stream=stream)
        self._mine = self._all.filter(owner=self._owner)

    def sync(self, description: Description, start: Position) -> None:
        """Makes leases for shards not seen before, and retires those of shards that the stream no longer has."""
        known = set(self._all.values_list("shard", flat=True))
        gone = self._all.exclude(shard__in=[shard.id for shard in description.shards])
        gone.exclude(checkpoint=str(SHARD_END)).update(checkpoint=str(SHARD_END), owner="", expires=None)
        Lease.objects.bulk_create(
            [
                Lease(
                    application=self.application,
                    stream=self.stream,
                    shard=shard.id,
                    parents=list(shard.parents),
                    checkpoint=str(start),
                )
                for shard in description.shards
                if shard.id not in known
            ],
            ignore_conflicts=True,
        )

    def acquire(self) -> list[Grant]:
        """Takes every lease that is free, expired, or of a process that is gone."""
        leases = self._all.exclude(checkpoint=str(SHARD_END)).exclude(owner=self._owner)
        expired = set(leases.filter(Q(expires=None) | Q(expires__lt=Now())).values_list("pk", flat=True))
        return [
            grant
            for lease in leases.order_by("shard")
            if (lease.pk in expired or not lease.owner or owners.is_gone(lease.owner)) and (grant := self._take(lease))
        ]

    def _take(self, lease: Lease) -> Grant | None:
        unchanged = self._all.filter(pk=lease.pk, owner=lease.owner, counter=lease.counter)
        if not unchanged.update(owner=self._owner, counter=F("counter") + 1, expires=Now() + LEASE):
            return None  # Another worker was faster.
        lease.refresh_from_db()
        return Grant(
            self.application,
            self.stream,
            lease.shard,
            self._owner,
            lease.counter,
            Position.parse(lease.checkpoint),
            bytes(lease.state),
            clock.from_datetime(lease.clock) if lease.clock else 0,
        )

    def renew(self) -> None:
        """Extends all that this worker holds; commits do so too."""
        self._mine.update(expires=Now() + LEASE)

    def release(self) -> None:
        """Gives back all that this worker holds, for others to take at once."""
        self._mine.update(owner="", expires=None)

    def complete_to(self) -> int | None:
        """Everything that arrived before this millisecond is applied, in every shard; None before that is known."""
        clocks = list(self._all.exclude(checkpoint=str(SHARD_END)).values_list("clock", flat=True))
        known = [clock.from_datetime(moment) for moment in clocks if moment]
        return min(known) if known and len(known) == len(clocks) else None

    def commit(self, grant: Grant, commit: Commit[Results]) -> None:
        with _blame_the_data(), transaction.atomic():
            self._advance(grant, commit)
            if commit.results is not None:
                self._write(commit.results)
            _add_dead_letters(grant, commit.dead)
            _add_arrivals(grant, commit.arrivals)
            self._announce()

    def _advance(self, grant: Grant, commit: Commit[Results]) -> None:
        """First of all, since it also locks the lease against whoever would take it."""
        held = Lease.objects.filter(
            application=grant.application,
            stream=grant.stream,
            shard=grant.shard,
            owner=grant.owner,
            counter=grant.counter,
        )
        changed = held.update(
            checkpoint=str(commit.checkpoint),
            state=commit.state,
            clock=clock.to_datetime(commit.clock),
            newest=clock.to_datetime(commit.newest) if commit.newest is not None else F("newest"),
            applied=F("applied") + sum(records for records, _ in commit.arrivals.values()) - len(commit.dead),
            dead=F("dead") + len(commit.dead),
            expires=Now() + LEASE,
        )
        if changed != 1:
            raise LeaseLostError(f"{grant.application} no longer holds {grant.stream}/{grant.shard}")

    def _announce(self) -> None:
        topics = TopicVersion.objects.filter(topic=self._topic)
        if not topics.update(version=F("version") + 1):
            TopicVersion.objects.bulk_create([TopicVersion(topic=self._topic)], ignore_conflicts=True)
            topics.update(version=F("version") + 1)


@contextmanager
def _blame_the_data() -> Iterator[None]:
    """A value that a column cannot hold fails each time; a database that is away does not, and is passed on."""
    try:
        yield
    except (DataError, IntegrityError, OverflowError, ValueError) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from error


def _add_dead_letters(grant: Grant, dead: list[DeadRecord]) -> None:
    DeadLetter.objects.bulk_create(
        DeadLetter(
            application=grant.application,
            stream=grant.stream,
            shard=grant.shard,
            sequence=str(record.sequence),
            partition_key=record.key,
            arrived=clock.to_datetime(record.arrived),
            data=record.data,
            error=record.error,
            attempts=record.attempts,
        )
        for record in dead
    )


def _add_arrivals(grant: Grant, arrivals: dict[int, tuple[int, int]]) -> None:
    for second, (records, size) in arrivals.items():
        row = {
            "application": grant.application,
            "stream": grant.stream,
            "shard": grant.shard,
            "second": clock.to_datetime(second),
        }
        added = {"records": F("records") + records, "size": F("size") + size}
        if not Throughput.objects.filter(**row).update(**added):
            Throughput.objects.create(**row, records=records, size=size)
