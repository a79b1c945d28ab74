"""The worker of a consumer application: it holds its share of the shards, and reads each of them in turn."""

import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, Protocol

from common.outage_log import OutageLog
from streams.coordination.assignment import Assignment
from streams.core.clock import Clock
from streams.core.commits import REMEDY, HeldLease, LeaseLostError, ReplayRequest, Results, StoreDownError
from streams.core.processor import Event
from streams.core.records import (
    Description,
    Position,
    ShardError,
    ShardGoneError,
    StreamDownError,
    StreamError,
    StreamRemadeError,
)
from streams.engine.pipeline import Pipeline

LOOK_AROUND = 0.5  # seconds between looks at the leases
RETRY = 1.0  # seconds until a store that did not answer is asked again
LONG_RETRY = 60.0  # seconds until a shard that cannot be read is tried again
LOOK_FOR_SHARDS = 10.0  # seconds between looks at the stream, unless a shard ends

logger = logging.getLogger(__name__)


class LeaseStore(Protocol):
    """Keeps the leases. The docstrings of streams.coordination.leases.Leases describe each method."""

    def sync(self, describe: Callable[[], Description], start: Position) -> None: ...
    def assign(self) -> Assignment: ...
    def acquire(self, most: int) -> list[HeldLease]: ...
    def release(self, shards: Collection[str]) -> None: ...
    def leave_group(self) -> None: ...
    def watermark(self) -> int | None: ...
    def replay_requests(self, held: HeldLease) -> list[ReplayRequest]: ...
    def set_aside(self, held: HeldLease, trouble: str) -> None: ...


class Worker(Generic[Event, Results]):
    """Steps every shard that this process holds. `monotonic` gives seconds."""

    def __init__(
        self,
        leases: LeaseStore,
        describe: Callable[[], Description],
        open_shard: Callable[[HeldLease], Pipeline[Event, Results]],
        start: Position,
        monotonic: Callable[[], float],
        now: Clock,
    ) -> None:
        """`describe` tells the stream's identity and the shards to lease; one never read before begins at `start`.

        `now` gives the stream's own time in milliseconds.
        """
        self.now = now
        self._leases = leases
        self._describe = describe
        self._open_shard = open_shard
        self._start = start
        self._monotonic = monotonic
        self._shards: dict[str, Pipeline[Event, Results]] = {}
        self._aside: dict[str, float] = {}  # shards held that cannot be read, and when they are tried again
        self._next_look = self._next_listing = 0.0
        self._begun = False
        self._must_leave = False
        self._look_again = False  # more dead letters may wait to be replayed
        self._outage = OutageLog(logger, monotonic)

    def step(self) -> bool:
        """Steps every shard held once. Returns False when none had a record. Raises StreamError.

        If a store or a stream that has answered before does not answer, it is asked again. All shards are released
        first, because it is unknown which commits were stored; they are then opened anew at the checkpoints of their
        leases.
        """
        try:
            return self._step()
        except (StoreDownError, StreamDownError) as error:
            if not self._begun:
                raise
            self._outage.failure(error)
            self._shards.clear()
            self._aside.clear()
            self._must_leave = True
            self._next_look = self._monotonic() + RETRY
            return False

    def _step(self) -> bool:
        if self._monotonic() >= self._next_look:
            failed = self._must_leave
            self._look_around()
            if not failed:  # and no shard failed since the look before: on a full disk, commits alone may fail
                self._outage.recovered()
            self._next_look = self._monotonic() + (0.0 if self._look_again else LOOK_AROUND)
            self._begun = True
        found = [self._try(shard, self._shards[shard].step) for shard in list(self._shards)]
        return any(found) or self._look_again

    def close(self) -> None:
        """Releases every lease, so that other workers need not wait until they expire. If that fails, they expire."""
        self._shards.clear()
        self._aside.clear()
        try:
            self._leases.leave_group()
        except StreamError as error:
            logger.warning("The leases are left to expire: %s", error)

    def watermark(self) -> int | None:
        """Returns the millisecond before which every record is applied, by any worker; None if it is not known."""
        try:
            return self._leases.watermark()
        except StoreDownError:
            return None

    def standing_still(self, moment: int) -> list[str]:
        """Returns the shards held that cannot be read, once the watermark of all others is at that millisecond."""
        return sorted(self._aside) if all(one.watermark >= moment for one in self._shards.values()) else []

    def _look_around(self) -> None:
        self._look_again = False
        if self._must_leave:
            self._leases.leave_group()
            self._must_leave = False
        if self._monotonic() >= self._next_listing:
            self._leases.sync(self._describe, self._start)
            self._next_listing = self._monotonic() + LOOK_FOR_SHARDS
        assignment = self._leases.assign()
        for shard in self._shards.keys() - assignment.held:
            self._drop(shard, "is no longer held")
        self._aside = {shard: until for shard, until in self._aside.items() if shard in assignment.held}
        self._try_again(assignment.held)
        beyond = sorted(assignment.held)[assignment.target :]
        if beyond:
            self._release(beyond)
        for held in self._leases.acquire(assignment.target - len(assignment.held)):
            logger.info("%s takes %s/%s from %s on", held.application, held.stream, held.shard, held.checkpoint)
            self._open(held)
        for shard, pipeline in list(self._shards.items()):
            if found := self._leases.replay_requests(pipeline.held):
                self._try(shard, partial(pipeline.replay, found))
                self._look_again = True

    def _open(self, held: HeldLease) -> None:
        """Begins to read a shard. If its lease is damaged, the shard is set aside and the other shards go on."""
        trouble = held.damage
        try:
            if not trouble:
                self._shards[held.shard] = self._open_shard(held)
                return
        except StreamError:
            raise
        except Exception as error:  # noqa: BLE001 - any error of a parser or a decoder on bytes that are not its own
            trouble = str(error) or type(error).__name__
        self._set_aside(held, f"its lease is damaged ({trouble}); {REMEDY}")

    def _set_aside(self, held: HeldLease, trouble: str) -> None:
        """Keeps the lease of a shard without reading it, so that no other worker fails on it. Logs the reason."""
        self._shards.pop(held.shard, None)
        self._aside[held.shard] = self._monotonic() + LONG_RETRY
        logger.error("%s on %s/%s is not read: %s", held.application, held.stream, held.shard, trouble.rstrip("."))
        self._leases.set_aside(held, trouble)

    def _try_again(self, held: set[str]) -> None:
        due = {shard for shard, until in self._aside.items() if self._monotonic() >= until}
        if due:
            self._leases.release(due)
            held -= due
            self._aside = {shard: until for shard, until in self._aside.items() if shard not in due}

    def _release(self, shards: list[str]) -> None:
        """Releases shards. Between steps everything is committed, so that other workers go on at exactly this place."""
        for shard in shards:
            self._shards.pop(shard, None)
            self._aside.pop(shard, None)
        self._leases.release(shards)
        logger.info("released %s", ", ".join(shards))

    def _drop(self, shard: str, why: str) -> None:
        logger.warning("%s %s", shard, why)
        del self._shards[shard]

    def _try(self, shard: str, act: Callable[[], bool | None]) -> bool:
        if shard not in self._shards:
            return False
        try:
            found = act()
        except LeaseLostError:
            self._drop(shard, "was taken over by another worker")
            return False
        except (StreamRemadeError, ShardGoneError) as error:
            self._drop(shard, f"is no longer read: {error}")
            self._leases.release([shard])  # whether its lease is still one, the listing tells
            self._next_listing = 0.0
            return False
        except ShardError as error:
            self._set_aside(self._shards[shard].held, str(error))
            return False
        if self._shards[shard].ended:
            del self._shards[shard]
            self._next_listing = self._next_look = 0.0  # its children can begin
        return bool(found)
