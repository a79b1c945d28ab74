"""Stores a step's commit in one transaction: results, state, checkpoint, dead letters, and the topic's version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic

from django.db.models import QuerySet

from streams.coordination import lease_states, replay_requests
from streams.coordination.listing import noted
from streams.coordination.store_errors import translate_errors
from streams.coordination.transactions import one_transaction
from streams.core import clock
from streams.core.commits import Commit, HeldLease, LeaseLostError, RefusedError, Results
from streams.core.records import SHARD_END, ShardError, number_of
from streams.core.segments import DamagedStateError
from streams.core.sink import Sink
from streams.core.state import State, StateChange
from streams.core.state_log import StateLog, Write
from streams.models import LEASE, DeadLetter, Lease, Throughput
from streams.models.progress import announce
from streams.models.statements import update
from streams.observations import Follower


class CommitStore(Generic[Results]):
    """Stores the commits of one application on one stream; this is the Store of a pipeline.

    Each transaction is guarded by the owner and the counter of the held lease: a commit without the lease changes
    nothing.
    """

    def __init__(
        self,
        application: str,
        stream: str,
        topic: str,
        sink: Sink[Results, Any],
        followers: Sequence[Follower] = (),
    ) -> None:
        """Takes the application, its stream and its sink. The version of `topic` grows with each commit."""
        self._names = {"application": application, "stream": stream}
        self._stream = stream
        self._topic = topic
        self._sink = sink
        self._followers = followers

    @translate_errors
    def commit(self, held: HeldLease, commit: Commit[Results]) -> None:
        try:
            self._commit(held, commit)
        except BaseException:
            for follower in self._followers:
                follower.forget(held)
            raise

    def _commit(self, held: HeldLease, commit: Commit[Results]) -> None:
        write = None if commit.state is None else self._change(held, commit.state, commit.watermark)
        prepared = None if commit.results is None else self._prepare(commit.results)
        found = [(each, each.prepare(held, commit)) for each in self._followers]
        with one_transaction() as packet:
            self._advance(held, commit, write)
            if commit.results is not None:
                self._sink.write(self._stream, prepared)
            if commit.replayed:
                replay_requests.close(DeadLetter.objects.filter(**self._names), commit.replayed, commit.watermark)
            replay_requests.add(held, commit.dead, packet)
            _add_arrivals(held, commit.arrivals)
            for follower, findings in found:
                if findings is not None:
                    follower.write(findings)
            announce(self._topic)

    @translate_errors
    def state(self, held: HeldLease) -> State:
        lease = self._lease(held)
        try:
            if lease.damage:
                raise DamagedStateError(lease.damage)
            found = _log(held).load(bytes(lease.state))
        except DamagedStateError as error:
            raise self._damaged(held, error) from error
        return found

    @translate_errors
    def replace(self, held: HeldLease, state: State) -> None:
        write = _log(held).replace(state)
        with one_transaction():
            if not self._held(held).update(state=write.head):
                raise _lost(held)
            lease_states.store(held.id, write)

    def _change(self, held: HeldLease, change: StateChange, watermark: int) -> Write:
        try:
            return _log(held).write(change, watermark)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        except DamagedStateError as error:
            raise self._damaged(held, error) from error

    def _prepare(self, results: Results) -> Any:
        try:
            return self._sink.prepare(results)
        except ValueError as error:
            raise RefusedError(str(error)) from error

    def _damaged(self, held: HeldLease, error: DamagedStateError) -> Exception:
        """Returns the error of a state that cannot be read: its segments may be gone since the lease is another's."""
        if not self._held(held).exists():
            return _lost(held)
        return ShardError(f"{held.application} on {held.stream}/{held.shard} cannot go on: {error}")

    def _held(self, held: HeldLease) -> QuerySet[Lease]:
        return Lease.objects.filter(**self._guard(held))

    def _guard(self, held: HeldLease) -> dict[str, Any]:
        """Returns the values that the row of a lease has only while this worker holds it."""
        names = {"identity": held.identity, "shard": held.shard, "owner": held.owner, "counter": held.counter}
        return {**self._names, **names, "current": True}

    def _lease(self, held: HeldLease) -> Lease:
        lease = self._held(held).first()
        if lease is None:
            raise _lost(held)
        return lease

    def _advance(self, held: HeldLease, commit: Commit[Results], write: Write | None) -> None:
        """Updates the row of the lease. This comes first, since the update also locks the row against other workers."""
        refused = number_of(commit.dead)
        applied = sum(records for records, _ in commit.arrivals.values()) - refused
        saved = sum(replay.error is None for replay in commit.replayed)  # each was counted as dead once
        applied, dead = applied + saved, refused + commit.unkept - saved
        ended = commit.checkpoint == SHARD_END.kind
        put: dict[str, Any] = {
            "owner": "" if ended else held.owner,
            "checkpoint": commit.checkpoint,
            "watermark": clock.to_datetime(commit.watermark),
            "trouble": "",
        }
        if commit.newest is not None:
            put["newest"] = clock.to_datetime(commit.newest)
        if write is not None:
            put["state"] = write.head
        if commit.lost:
            self._held(held).update(**noted(commit.lost, _moment(held.watermark)))
        grown = {"applied": applied, "dead": dead}
        changed = update(Lease, self._guard(held), put, added=grown, later={"expires": LEASE})
        if changed != 1:
            raise _lost(held)
        if write and (write.added or write.removed):
            lease_states.store(held.id, write)


def _log(held: HeldLease) -> StateLog:
    assert held.log, "a lease held in the database has its log"
    return held.log


def _lost(held: HeldLease) -> LeaseLostError:
    return LeaseLostError(f"{held.application} no longer holds {held.stream}/{held.shard}")


def _moment(milliseconds: int) -> datetime | None:
    return clock.to_datetime(milliseconds) if milliseconds else None


def _add_arrivals(held: HeldLease, arrivals: dict[int, tuple[int, int]]) -> None:
    for second, (records, size) in arrivals.items():
        row = {
            "application": held.application,
            "stream": held.stream,
            "shard": held.shard,
            "second": clock.to_datetime(second),
        }
        if not update(Throughput, row, added={"records": records, "size": size}):
            Throughput.objects.create(**row, records=records, size=size)
