"""Keeps the leases on shards in the database: which worker reads which shard.

Every worker is a member of its application's group. Each one computes its target from the same table, releases the
leases beyond it, and acquires free leases up to it: there is no leader and no negotiation. Time is the database's own,
so the clocks of workers do not matter.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from common.lasting import over
from streams.coordination import lease_states, process_identity, replay_requests
from streams.coordination.assignment import Assignment, covers, target_count
from streams.coordination.lag_history import LagHistory
from streams.coordination.listing import Inherit, Listing
from streams.coordination.store_errors import translate_errors
from streams.core import clock
from streams.core.commits import HeldLease, LeaseLostError, ReplayRequest
from streams.core.entry_log import Bounds
from streams.core.records import SHARD_END, WHOLE, Description, Position, StreamError
from streams.core.segments import DamagedStateError
from streams.core.state import EMPTY
from streams.core.state_log import BOUNDS
from streams.models import LEASE, DeadLetter, Lease, Member, current_leases, living_members
from streams.models.database_time import ahead_of_database
from streams.models.lenient import Odd
from streams.models.progress import progress_over

TROUBLE = 500  # characters of a sentence that are kept
SYNCS = 3  # tries, when another worker exchanges the leases at the same time; the next look tries again


def living_owners(**names: str) -> set[str]:
    """Returns the workers of an application, on a stream, that are alive; processes known to be dead do not count."""
    members = living_members(**names).values_list("owner", flat=True)
    return {owner for owner in members if not process_identity.is_dead(owner)}


class Leases:
    """Keeps the leases of one application on one stream, as one worker sees them."""

    def __init__(
        self,
        application: str,
        stream: str,
        inherit: Inherit,
        owner: str | None = None,
        stream_time: clock.Clock | None = None,
        bounds: Bounds = BOUNDS,
    ) -> None:
        """Takes the names. `inherit` makes the first state of a child shard from the last states of its parents.

        `stream_time` is the stream's own time; `bounds` are the bounds of states.
        """
        self._stream_time = stream_time
        self.application = application
        self.stream = stream
        self._inherit = inherit
        self._bounds = bounds
        self._owner = owner or process_identity.current()
        self._names = {"application": application, "stream": stream}
        self._all = current_leases(**self._names)
        self._listing = Listing(application, stream, inherit, bounds)
        self._lag_history = LagHistory(application, stream)
        self._mine = self._all.filter(owner=self._owner)

    @translate_errors
    def sync(self, describe: Callable[[], Description], start: Position) -> None:
        """Makes leases for shards not seen before, and retires those of shards that the stream no longer has.

        An application that never read the stream starts at `start`; shards that appear later, at their beginning.
        Where the name leads to another stream than before, its leases become the current ones.
        """
        for _ in range(SYNCS):
            # Leases are read before shards: in the other order, a lease that another worker made would look gone.
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

    @translate_errors
    def assign(self) -> Assignment:
        """Renews this worker's membership and its leases, and notes the lag once a minute.

        Returns the leases that it holds and how many it should hold.
        """
        seat = Member.objects.filter(**self._names, owner=self._owner)
        says = {"expires": Now() + LEASE, "skew": ahead_of_database(self._stream_time)}
        if not seat.update(**says):
            Member.objects.create(**self._names, owner=self._owner, **says)
        self._mine.update(expires=Now() + LEASE)
        living = living_owners(**self._names) | {self._owner}
        leases = self._known()
        if self._stream_time is not None:
            self._lag_history.note(leases, self._stream_time())
        target = target_count(self._owner, living, len(_readable(leases)))
        return Assignment(target, set(self._mine.values_list("shard", flat=True)))

    def _known(self) -> list[Lease]:
        return list(self._all.order_by("shard").defer("state"))

    @translate_errors
    def acquire(self, most: int) -> list[HeldLease]:
        """Acquires at most `most` leases that are free, expired, or held by a process that has ended."""
        expired = set(self._all.filter(Q(expires=None) | over("expires", LEASE)).values_list("pk", flat=True))
        acquired: list[HeldLease] = []
        for lease in _readable(self._known()):
            free = lease.pk in expired or not lease.expires or not lease.owner or process_identity.is_dead(lease.owner)
            if len(acquired) < most and free and lease.owner != self._owner and (held := self._take(lease)):
                acquired.append(held)
        return acquired

    def _take(self, lease: Lease) -> HeldLease | None:
        unchanged = self._all.filter(pk=lease.pk, **_guard(lease))
        if not unchanged.update(owner=self._owner, counter=F("counter") + 1, expires=Now() + LEASE):
            return None  # Another worker was faster.
        lease = self._all.get(pk=lease.pk)  # not refresh_from_db(), which leaves `damage` as it was
        state, moment, log, damage = EMPTY, lease.watermark, None, ""
        try:
            if lease.damage:
                raise DamagedStateError(lease.damage)
            moment = moment or self._parents_watermark(lease)
            if not lease.state and lease.parents:
                self._begin(lease)
            state, log = lease_states.load(lease, self._bounds)
        except DamagedStateError as error:
            damage = str(error)
        except LeaseLostError:
            return None
        return HeldLease(
            self.application,
            self.stream,
            lease.shard,
            self._owner,
            lease.counter,
            lease.checkpoint,
            state,
            clock.from_datetime(moment) if moment else 0,
            0 if damage else int(lease.hash_start, 16),
            0 if damage else int(lease.hash_end, 16),
            lease.identity,
            damage,
            log,
            lease.pk,
        )

    def _parents(self, lease: Lease) -> QuerySet[Lease]:
        return self._all.filter(identity=lease.identity, shard__in=lease.parents)

    def _parents_watermark(self, lease: Lease) -> datetime | None:
        return max(
            (parent.watermark for parent in self._parents(lease).defer("state") if parent.watermark), default=None
        )

    def _begin(self, lease: Lease) -> None:
        """Stores the first state of a child, made from its parents' states. It then no longer needs theirs."""
        try:
            states = [lease_states.load(parent, self._bounds)[0] for parent in self._parents(lease)]
        except DamagedStateError as error:
            raise DamagedStateError(f"the state of its parents is damaged: {error}") from error
        try:
            state = self._inherit(states, covers(lease.hash_start, lease.hash_end))
        except Exception as error:
            raise DamagedStateError(f"the state of its parents is damaged: {error}") from error
        lease_states.begin(lease, state, self._bounds)

    @translate_errors
    def set_aside(self, held: HeldLease, trouble: str) -> None:
        """Notes why the shard of a lease that this worker holds is not read."""
        self._mine.filter(shard=held.shard, counter=held.counter).update(trouble=trouble[:TROUBLE])

    @translate_errors
    def release(self, shards: Collection[str]) -> None:
        """Releases leases, so that other workers can acquire them at once."""
        self._mine.filter(shard__in=shards).update(owner="", expires=None)

    @translate_errors
    def leave_group(self) -> None:
        """Releases every lease and ends this worker's membership."""
        self._mine.update(owner="", expires=None)
        Member.objects.filter(**self._names, owner=self._owner).delete()

    @translate_errors
    def watermark(self) -> int | None:
        """Returns the millisecond before which every record is applied, in every shard; None before that is known."""
        moment = progress_over(self._all).watermark
        return clock.from_datetime(moment) if moment else None

    @translate_errors
    def replay_requests(self, held: HeldLease) -> list[ReplayRequest]:
        """Returns dead letters to replay whose keys the lease covers, as many as one commit takes."""
        asked = DeadLetter.objects.filter(**self._names)
        if not asked.filter(status=DeadLetter.Status.REPLAY).exists():
            return []
        lease = self._all.defer("state").get(shard=held.shard)
        return replay_requests.waiting(asked, covers(lease.hash_start, lease.hash_end))


def _readable(leases: list[Lease]) -> list[Lease]:
    """Returns the leases that have not ended and whose parents have ended."""
    unread = {lease.shard for lease in leases if lease.checkpoint != SHARD_END.kind}
    return [lease for lease in leases if lease.shard in unread and not unread.intersection(lease.parents)]


def _guard(lease: Lease) -> dict[str, Any]:
    """Returns the conditions under which a lease is as it was read; without a value that cannot be asked for.

    Taking the lease replaces owner and counter. If two workers take it at once, the owner tells which one has it.
    """
    values = {"owner": lease.owner, "counter": lease.counter}
    return {name: value for name, value in values.items() if not isinstance(value, Odd)}
