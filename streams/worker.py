"""A worker of a consumer application: takes the shards it can get, and moves each on in turn."""

import logging
from collections.abc import Callable
from typing import Generic, Protocol

from streams.commits import Grant, LeaseLostError, Results, Store
from streams.pipeline import ShardPipeline
from streams.processors.base import Event
from streams.records import Description, Position

LOOK_AROUND = 1.0  # seconds between looks at shards and leases

logger = logging.getLogger(__name__)


class LeaseStore(Store[Results], Protocol[Results]):
    def sync(self, description: Description, start: Position) -> None: ...
    def acquire(self) -> list[Grant]: ...
    def renew(self) -> None: ...
    def release(self) -> None: ...
    def complete_to(self) -> int | None: ...


class Worker(Generic[Event, Results]):
    """`monotonic` gives seconds."""

    def __init__(
        self,
        leases: LeaseStore[Results],
        describe: Callable[[], Description],
        open_shard: Callable[[Grant], ShardPipeline[Event, Results]],
        start: Position,
        monotonic: Callable[[], float],
    ) -> None:
        self._leases = leases
        self._describe = describe
        self._open_shard = open_shard
        self._start = start
        self._monotonic = monotonic
        self._shards: dict[str, ShardPipeline[Event, Results]] = {}
        self._next_look = 0.0

    def step(self) -> bool:
        """One step of every shard held; False when none had anything. Raises StreamError."""
        if self._monotonic() >= self._next_look:
            self._look_around()
            self._next_look = self._monotonic() + LOOK_AROUND
        found = [self._step(shard) for shard in list(self._shards)]
        return any(found)

    def close(self) -> None:
        """Releases every lease, so that others need not wait for them to expire."""
        self._shards.clear()
        self._leases.release()

    def complete_to(self) -> int | None:
        """Everything that arrived before this millisecond is applied, by whichever worker."""
        return self._leases.complete_to()

    def _look_around(self) -> None:
        self._leases.sync(self._describe(), self._start)
        self._leases.renew()
        for grant in self._leases.acquire():
            logger.info("%s takes %s/%s from %s on", grant.application, grant.stream, grant.shard, grant.checkpoint)
            self._shards[grant.shard] = self._open_shard(grant)

    def _step(self, shard: str) -> bool:
        try:
            found = self._shards[shard].step()
        except LeaseLostError as error:
            logger.warning("%s; another worker has taken over", error)
            del self._shards[shard]
            return False
        if self._shards[shard].ended:
            del self._shards[shard]
        return found
