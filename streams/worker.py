"""A worker of a consumer application: takes its share of the shards, and moves each on in turn."""

import logging
from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, Protocol

from streams.clock import Clock
from streams.commits import Grant, LeaseLostError, Letter, Results, Store, StoreDownError
from streams.outages import Outage
from streams.pipeline import Pipeline
from streams.processors.base import Event
from streams.records import Position, Shard, StreamDownError
from streams.shares import Share

LOOK_AROUND = 0.5  # seconds between looks at the leases
RETRY = 1.0  # seconds until a store that did not answer is asked again
LOOK_FOR_SHARDS = 10.0  # seconds between looks at the stream, unless a shard ends

logger = logging.getLogger(__name__)


class LeaseStore(Store[Results], Protocol[Results]):
    """Where leases are kept: streams.leases.Leases, whose docstrings say what each does."""

    def sync(self, list_shards: Callable[[], Collection[Shard]], start: Position) -> None: ...
    def share(self) -> Share: ...
    def acquire(self, most: int) -> list[Grant]: ...
    def give_back(self, shards: Collection[str]) -> None: ...
    def leave(self) -> None: ...
    def complete_to(self) -> int | None: ...
    def letters(self, grant: Grant) -> list[Letter]: ...


class Worker(Generic[Event, Results]):
    """`monotonic` gives seconds."""

    def __init__(
        self,
        leases: LeaseStore[Results],
        shards: Callable[[], Collection[Shard]],
        open_shard: Callable[[Grant], Pipeline[Event, Results]],
        start: Position,
        monotonic: Callable[[], float],
        now: Clock,
    ) -> None:
        """`shards` lists the shards to lease; one never read before begins at `start`.

        `now` gives the stream's own time in milliseconds.
        """
        self.now = now
        self._leases = leases
        self._list_shards = shards
        self._open_shard = open_shard
        self._start = start
        self._monotonic = monotonic
        self._shards: dict[str, Pipeline[Event, Results]] = {}
        self._next_look = self._next_listing = 0.0
        self._begun = False
        self._must_leave = False
        self._outage = Outage(logger, monotonic)

    def step(self) -> bool:
        """One step of every shard held; False when none had anything. Raises StreamError.

        A store or a stream that does not answer is asked again, once it ever has: all shards are let go first, since
        what was committed is not known, and taken anew from where the leases say they are.
        """
        try:
            return self._step()
        except (StoreDownError, StreamDownError) as error:
            if not self._begun:
                raise
            self._outage.failed(error)
            self._shards.clear()
            self._must_leave = True
            self._next_look = self._monotonic() + RETRY
            return False

    def _step(self) -> bool:
        if self._monotonic() >= self._next_look:
            failed = self._must_leave
            self._look_around()
            if not failed:  # nor did any shard since the look before: a full disk may refuse commits alone
                self._outage.over()
            self._next_look = self._monotonic() + LOOK_AROUND
            self._begun = True
        found = [self._try(shard, self._shards[shard].step) for shard in list(self._shards)]
        return any(found)

    def close(self) -> None:
        """Gives back every lease, so that others need not wait for them to expire; where that fails, they do."""
        self._shards.clear()
        try:
            self._leases.leave()
        except StoreDownError as error:
            logger.warning("The leases are left to expire: %s", error)

    def complete_to(self) -> int | None:
        """Everything that arrived before this millisecond is applied, by whichever worker; None when not known."""
        try:
            return self._leases.complete_to()
        except StoreDownError:
            return None

    def _look_around(self) -> None:
        if self._must_leave:
            self._leases.leave()
            self._must_leave = False
        if self._monotonic() >= self._next_listing:
            self._leases.sync(self._list_shards, self._start)
            self._next_listing = self._monotonic() + LOOK_FOR_SHARDS
        share = self._leases.share()
        for shard in self._shards.keys() - share.held:
            self._drop(shard, "was taken over")
        beyond = sorted(share.held)[share.due :]
        if beyond:
            self._give_back(beyond)
        for grant in self._leases.acquire(share.due - len(share.held)):
            logger.info("%s takes %s/%s from %s on", grant.application, grant.stream, grant.shard, grant.checkpoint)
            self._shards[grant.shard] = self._open_shard(grant)
        for shard, pipeline in list(self._shards.items()):
            for letter in self._leases.letters(pipeline.grant):
                self._try(shard, partial(pipeline.replay, letter))

    def _give_back(self, shards: list[str]) -> None:
        """Between steps all is committed, so that others go on exactly where we stop."""
        for shard in shards:
            self._shards.pop(shard, None)
        self._leases.give_back(shards)
        logger.info("gave back %s", ", ".join(shards))

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
        if self._shards[shard].ended:
            del self._shards[shard]
            self._next_listing = self._next_look = 0.0  # its children can begin
        return bool(found)
