"""Measures how long commits take, and sends the figures as a signal."""

from collections.abc import Callable
from typing import Generic

from streams.core.commits import Commit, HeldLease, Results, Store
from streams.core.records import number_of
from streams.core.state import State
from streams.engine import signals


class TimedStore(Generic[Results]):
    """Wraps the Store of a pipeline, and measures its commits. `monotonic` gives seconds."""

    def __init__(self, store: Store[Results], monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic

    def commit(self, held: HeldLease, commit: Commit[Results]) -> None:
        began = self._monotonic()
        self._store.commit(held, commit)
        seconds, dead = self._monotonic() - began, number_of(commit.dead) + commit.unkept
        told = {"application": held.application, "stream": held.stream, "seconds": seconds, "dead": dead}
        signals.committed.send(type(self), **told)

    def state(self, held: HeldLease) -> State:
        return self._store.state(held)

    def replace(self, held: HeldLease, state: State) -> None:
        self._store.replace(held, state)
