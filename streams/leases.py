"""Leases on shards, kept in the database: who reads what, and the one transaction that moves a shard on.

Every worker is a member of its application's fleet. Each knows from the same table how many leases are its share, gives
back what it has beyond, and takes up to it what is free: no leader, no negotiation. Time is the database's own, so that
the clocks of workers do not matter.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Generic

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from streams import clock, letters, owners, packets
from streams.answering import answering
from streams.blame import one_transaction
from streams.commits import Commit, Grant, LeaseLostError, Letter, RefusedError, Results
from streams.listing import Inherit, Listing, noted
from streams.models import DeadLetter, Lease, Member, Throughput, TopicVersion, current_leases
from streams.models.progress import how_far
from streams.records import SHARD_END, WHOLE, Description, Position, StreamError
from streams.shares import Share, covers, share_of

LEASE = timedelta(seconds=5)  # A dead worker's shards are taken over after this, at the latest.
TROUBLE = 500  # characters of a sentence that are kept
SYNCS = 3  # tries, when another worker exchanges the leases at the same time; the next look tries again


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
    ) -> None:
        """`inherit` makes a child shard's first state of its parents' last ones, for the keys that it covers."""
        self.application = application
        self.stream = stream
        self._topic = topic
        self._write = write
        self._inherit = inherit
        self._owner = owner or owners.myself()
        self._names = {"application": application, "stream": stream}
        self._all = current_leases(**self._names)
        self._listing = Listing(application, stream, inherit)
        self._mine = self._all.filter(owner=self._owner)

    @answering
    def sync(self, describe: Callable[[], Description], start: Position) -> None:
        """Makes leases for shards not seen before, and retires those of shards that the stream no longer has.

        An application that never read the stream starts at `start`; shards that appear later, at their beginning.
        Where the name leads to another stream than before, its leases become the current ones.
        """
        for _ in range(SYNCS):
            # Leases first, then shards: the other way round, a lease that another worker made would look gone.
            known = self._listing.known()
            if self._listing.bring_up_to_date(known, describe(), start):
                return

    def refuse_to_mix(self, *, whole: bool) -> None:
        """Raises StreamError where the application reads the stream the other way: their counts would not agree."""
        other = self._all.filter(shard=WHOLE) if not whole else self._all.exclude(shard=WHOLE)
        if other.exists():
            ways = {False: "shard by shard", True: "as a whole"}
            raise StreamError(
                f"{self.application} has read {self.stream} {ways[not whole]} so far and cannot go on {ways[whole]}. "
                "Use another stream, or the same way."
            )

    @answering
    def share(self) -> Share:
        """Says that this worker lives, extends what it holds, and tells what it should hold."""
        seat = Member.objects.filter(**self._names, owner=self._owner)
        if not seat.update(expires=Now() + LEASE):
            Member.objects.create(**self._names, owner=self._owner, expires=Now() + LEASE)
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
        state, moment, damage = bytes(lease.state), lease.clock, ""
        if not state and lease.parents:
            parents = list(self._all.filter(identity=lease.identity, shard__in=lease.parents))
            moment = max((parent.clock for parent in parents if parent.clock), default=moment)
            states = [bytes(parent.state) for parent in parents]
            try:
                state = self._inherit(states, covers(lease.hash_start, lease.hash_end))
            except Exception as error:  # noqa: BLE001 - whatever a decoder says of bytes that are not its own
                damage = f"the state of its parents is damaged: {error}"
        return Grant(
            self.application,
            self.stream,
            lease.shard,
            self._owner,
            lease.counter,
            lease.checkpoint,
            state,
            clock.from_datetime(moment) if moment else 0,
            int(lease.hash_start, 16),
            int(lease.hash_end, 16),
            lease.identity,
            damage,
        )

    @answering
    def set_aside(self, grant: Grant, trouble: str) -> None:
        """Notes why the shard of a lease that this worker holds is not read."""
        self._mine.filter(shard=grant.shard, counter=grant.counter).update(trouble=trouble[:TROUBLE])

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
        """Returns dead letters to replay whose keys the lease covers, as many as one commit takes."""
        asked = self._letters()
        if not asked.filter(status=DeadLetter.Status.REPLAY).exists():
            return []
        lease = self._all.get(shard=grant.shard)
        return letters.waiting(asked, covers(lease.hash_start, lease.hash_end))

    def _letters(self) -> QuerySet[DeadLetter]:
        return DeadLetter.objects.filter(**self._names)

    @answering
    def commit(self, grant: Grant, commit: Commit[Results]) -> None:
        with one_transaction() as packet:
            _refuse_state(grant, commit.state, packet)
            self._advance(grant, commit)
            if commit.results is not None:
                self._write(commit.results)
            letters.close(self._letters(), commit.replayed)
            letters.add(grant, commit.dead, packet)
            _add_arrivals(grant, commit.arrivals)
            self._announce()

    def _advance(self, grant: Grant, commit: Commit[Results]) -> None:
        """First of all, since it also locks the lease against whoever would take it."""
        applied = sum(records for records, _ in commit.arrivals.values()) - len(commit.dead)
        saved = sum(replay.error is None for replay in commit.replayed)  # each was counted as dead once
        applied, dead = applied + saved, len(commit.dead) + commit.unkept - saved
        ended = commit.checkpoint == SHARD_END.kind
        lost = noted(commit.lost, _moment(grant.clock)) if commit.lost else {}
        mine = self._mine.filter(identity=grant.identity, shard=grant.shard, counter=grant.counter)
        changed = mine.update(
            owner="" if ended else grant.owner,
            checkpoint=commit.checkpoint,
            state=commit.state,
            clock=clock.to_datetime(commit.clock),
            newest=clock.to_datetime(commit.newest) if commit.newest is not None else F("newest"),
            applied=F("applied") + applied,
            dead=F("dead") + dead,
            expires=Now() + LEASE,
            trouble="",
            **lost,
        )
        if changed != 1:
            raise LeaseLostError(f"{grant.application} no longer holds {grant.stream}/{grant.shard}")

    def _announce(self) -> None:
        topics = TopicVersion.objects.filter(topic=self._topic)
        if not topics.update(version=F("version") + 1):
            TopicVersion.objects.bulk_create([TopicVersion(topic=self._topic)], ignore_conflicts=True)
            topics.update(version=F("version") + 1)


def _moment(milliseconds: int) -> datetime | None:
    return clock.to_datetime(milliseconds) if milliseconds else None


def _refuse_state(grant: Grant, state: bytes, packet: int | None) -> None:
    """Raises RefusedError for a state that the database does not take in one statement."""
    if packets.exceeds(state, packet):
        raise RefusedError(
            f"The state of {grant.application} on {grant.stream}/{grant.shard} would have {len(state):,} bytes. That is"
            f" too many keys at once for the database, which takes {packet:,} bytes in a statement: raise its"
            " max_allowed_packet."
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
