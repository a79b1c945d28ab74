"""Leases on shards, kept in the database: who reads what, and the one transaction that moves a shard on.

Every worker is a member of its application's fleet. Each knows from the same table how many leases are its share, gives
back what it has beyond, and takes up to it what is free: no leader, no negotiation. Time is the database's own, so that
the clocks of workers do not matter.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Generic, ParamSpec, TypeVar

from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from streams import clock, owners
from streams.commits import (
    Commit,
    Grant,
    LeaseLostError,
    Letter,
    LetterTakenError,
    RefusedError,
    Results,
    StoreDownError,
)
from streams.models import DeadLetter, Lease, Member, Throughput, TopicVersion
from streams.models.database_time import ahead_of_database
from streams.models.progress import how_far
from streams.records import SHARD_END, TRIM_HORIZON, WHOLE, DeadRecord, Position, Shard, StreamError
from streams.shares import Share, covers, share_of

LEASE = timedelta(seconds=5)  # A dead worker's shards are taken over after this, at the latest.
REPLAYS = 100  # letters looked up at a time

Inherit = Callable[[list[bytes], Callable[[str], bool]], bytes]


P = ParamSpec("P")
T = TypeVar("T")


def answering(method: Callable[P, T]) -> Callable[P, T]:
    """A database that is away, locked, full, only reads or gave up on us, in our words; the next call connects anew."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (OperationalError, InterfaceError, InternalError) as error:
            connection.close()
            sentence = f"The database refused: {error}. If its tables are missing, run: manage.py migrate"
            raise StoreDownError(sentence) from error

    return wrapper


def living_owners(**names: str) -> set[str]:
    """Workers of an application, on a stream, that live: none that is known to be gone counts."""
    members = Member.objects.filter(**names, expires__gte=Now()).values_list("owner", flat=True)
    return {owner for owner in members if not owners.is_gone(owner)}


class Leases(Generic[Results]):
    """The leases of one application on one stream, as one worker sees them. A pipeline's Store."""

    def __init__(
        self,
        application: str,
        stream: str,
        topic: str,
        write: Callable[[Results], None],
        inherit: Inherit,
        owner: str | None = None,
        stream_time: clock.Clock | None = None,
    ) -> None:
        """`inherit` makes a child shard's first state of its parents' last ones; `stream_time` is its clock."""
        self._stream_time = stream_time
        self.application = application
        self.stream = stream
        self._topic = topic
        self._write = write
        self._inherit = inherit
        self._owner = owner or owners.myself()
        self._names = {"application": application, "stream": stream}
        self._all = Lease.objects.filter(**self._names)
        self._mine = self._all.filter(owner=self._owner)

    @answering
    def sync(self, list_shards: Callable[[], Collection[Shard]], start: Position) -> None:
        """Makes leases for shards not seen before, and retires those of shards that the stream no longer has.

        An application that never read the stream starts at `start`; shards that appear later, at their beginning.
        """
        # Leases first, then shards: the other way round, a lease that another worker made meanwhile would look gone.
        known = set(self._all.values_list("shard", flat=True))
        shards = list_shards()
        gone = self._all.filter(shard__in=known - {shard.id for shard in shards}).exclude(checkpoint=SHARD_END.kind)
        gone.update(checkpoint=SHARD_END.kind, owner="", expires=None)
        place = TRIM_HORIZON if known else start
        new = [self._lease(shard, place) for shard in shards if shard.id not in known]
        Lease.objects.bulk_create(new, ignore_conflicts=True)

    def refuse_to_mix(self, *, whole: bool) -> None:
        """Raises StreamError where the application reads the stream the other way: their counts would not agree."""
        other = self._all.filter(shard=WHOLE) if not whole else self._all.exclude(shard=WHOLE)
        if other.exists():
            ways = {False: "shard by shard", True: "as a whole"}
            raise StreamError(
                f"{self.application} has read {self.stream} {ways[not whole]} so far and cannot go on {ways[whole]}. "
                "Use another stream, or the same way."
            )

    def _lease(self, shard: Shard, place: Position) -> Lease:
        bounds = {"hash_start": f"{shard.hash_start:032x}", "hash_end": f"{shard.hash_end:032x}"}
        return Lease(**self._names, shard=shard.id, parents=list(shard.parents), checkpoint=str(place), **bounds)

    @answering
    def share(self) -> Share:
        """Says that this worker lives, extends what it holds, and tells what it should hold."""
        seat = Member.objects.filter(**self._names, owner=self._owner)
        says = {"expires": Now() + LEASE, "skew": ahead_of_database(self._stream_time)}
        if not seat.update(**says):
            Member.objects.create(**self._names, owner=self._owner, **says)
        self._mine.update(expires=Now() + LEASE)
        living = living_owners(**self._names) | {self._owner}
        readable = [lease.shard for lease in self._readable()]
        return Share(share_of(self._owner, living, len(readable)), set(self._mine.values_list("shard", flat=True)))

    def _readable(self) -> list[Lease]:
        """Leases that are not at their end, and whose parents are."""
        leases = list(self._all.order_by("shard"))
        unread = {lease.shard for lease in leases if lease.checkpoint != SHARD_END.kind}
        return [lease for lease in leases if lease.shard in unread and not unread.intersection(lease.parents)]

    @answering
    def acquire(self, most: int) -> list[Grant]:
        """Takes at most so many leases that are free, expired, or of a process that is gone."""
        expired = set(self._all.filter(Q(expires=None) | Q(expires__lt=Now())).values_list("pk", flat=True))
        grants: list[Grant] = []
        for lease in self._readable():
            free = lease.pk in expired or not lease.owner or owners.is_gone(lease.owner)
            if len(grants) < most and free and lease.owner != self._owner and (grant := self._take(lease)):
                grants.append(grant)
        return grants

    def _take(self, lease: Lease) -> Grant | None:
        unchanged = self._all.filter(pk=lease.pk, owner=lease.owner, counter=lease.counter)
        if not unchanged.update(owner=self._owner, counter=F("counter") + 1, expires=Now() + LEASE):
            return None  # Another worker was faster.
        lease.refresh_from_db()
        state, moment = bytes(lease.state), lease.clock
        if not state and lease.parents:
            parents = list(self._all.filter(shard__in=lease.parents))
            state = self._inherit([bytes(parent.state) for parent in parents], covers(lease.hash_start, lease.hash_end))
            moment = max((parent.clock for parent in parents if parent.clock), default=moment)
        return Grant(
            self.application,
            self.stream,
            lease.shard,
            self._owner,
            lease.counter,
            lease.checkpoint,
            state,
            clock.from_datetime(moment) if moment else 0,
        )

    @answering
    def give_back(self, shards: Collection[str]) -> None:
        """For others to take at once."""
        self._mine.filter(shard__in=shards).update(owner="", expires=None)

    @answering
    def leave(self) -> None:
        """Gives back everything and is no longer a member."""
        self._mine.update(owner="", expires=None)
        Member.objects.filter(**self._names, owner=self._owner).delete()

    @answering
    def complete_to(self) -> int | None:
        """Everything that arrived before this millisecond is applied, in every shard; None before that is known."""
        moment = how_far(self._all).complete_to
        return clock.from_datetime(moment) if moment else None

    @answering
    def letters(self, grant: Grant) -> list[Letter]:
        """Dead letters to replay whose keys the lease covers."""
        asked = self._letters().filter(status=DeadLetter.Status.REPLAY).order_by("pk")
        if not asked.exists():
            return []
        lease = self._all.get(shard=grant.shard)
        mine = covers(lease.hash_start, lease.hash_end)
        return [
            Letter(letter.pk, int(letter.sequence), letter.partition_key, bytes(letter.data))
            for letter in asked[:REPLAYS]
            if mine(letter.partition_key)
        ]

    def _letters(self) -> QuerySet[DeadLetter]:
        return DeadLetter.objects.filter(**self._names)

    @answering
    def commit(self, grant: Grant, commit: Commit[Results]) -> None:
        with _blame_the_data(), transaction.atomic():
            self._advance(grant, commit)
            if commit.results is not None:
                self._write(commit.results)
            if commit.replayed:
                self._close(commit.replayed, commit.dead)
            else:
                _add_dead_letters(grant, commit.dead)
            _add_arrivals(grant, commit.arrivals)
            self._announce()

    def _advance(self, grant: Grant, commit: Commit[Results]) -> None:
        """First of all, since it also locks the lease against whoever would take it."""
        applied, dead = sum(records for records, _ in commit.arrivals.values()), len(commit.dead)
        if commit.replayed:  # it was counted as dead once
            applied, dead = (0, 0) if commit.dead else (1, -1)
        else:
            applied -= dead
        ended = commit.checkpoint == SHARD_END.kind
        changed = self._mine.filter(shard=grant.shard, counter=grant.counter).update(
            owner="" if ended else grant.owner,
            checkpoint=commit.checkpoint,
            state=commit.state,
            clock=clock.to_datetime(commit.clock),
            newest=clock.to_datetime(commit.newest) if commit.newest is not None else F("newest"),
            applied=F("applied") + applied,
            dead=F("dead") + dead,
            expires=Now() + LEASE,
        )
        if changed != 1:
            raise LeaseLostError(f"{grant.application} no longer holds {grant.stream}/{grant.shard}")

    def _close(self, letter: Letter, dead: Collection[DeadRecord]) -> None:
        """Notes what became of a replay."""
        asked = self._letters().filter(pk=letter.id, status=DeadLetter.Status.REPLAY)
        error = next((record.error for record in dead), None)
        if error is None:
            changed = asked.update(status=DeadLetter.Status.APPLIED, attempts=F("attempts") + 1)
        else:
            changed = asked.update(status=DeadLetter.Status.KEPT, attempts=F("attempts") + 1, error=error)
        if not changed:
            raise LetterTakenError(f"Dead letter {letter.id} was replayed or discarded meanwhile")

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


def _add_dead_letters(grant: Grant, dead: Collection[DeadRecord]) -> None:
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
