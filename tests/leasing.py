"""Leases of the database together with the store of their commits, as one worker has them."""

from typing import Any

from streams.coordination.leases import Leases
from streams.coordination.listing import Inherit
from streams.core.commits import Commit, HeldLease
from streams.core.entry_log import Bounds
from streams.core.sink import Sink
from streams.core.state import State
from streams.core.state_log import BOUNDS
from streams.engine.commit_store import CommitStore


class WorkersLeases(Leases):
    """What a worker and its pipelines use, in one object, as tests.memory_leases has it."""

    def __init__(
        self,
        application: str,
        stream: str,
        topic: str,
        sink: Sink[Any, Any],
        inherit: Inherit,
        owner: str = "one",
        *,
        bounds: Bounds = BOUNDS,
    ) -> None:
        super().__init__(application, stream, inherit, owner, bounds=bounds)
        self.store: CommitStore[Any] = CommitStore(application, stream, topic, sink)

    def commit(self, held: HeldLease, commit: Commit[Any]) -> None:
        self.store.commit(held, commit)

    def state(self, held: HeldLease) -> State:
        return self.store.state(held)

    def replace(self, held: HeldLease, state: State) -> None:
        self.store.replace(held, state)
