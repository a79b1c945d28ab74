"""Decides when Python's cyclic garbage collector runs in a process with thousands of sockets.

A full collection traverses every object: 0.24 s with 2,000 sockets, during which no message is sent. Python runs one
whenever there are a quarter more objects, as when many sockets open, and finds nothing. Closed sockets do leave
garbage: about 80 objects, 24 KiB each. So, while sockets are open, one runs only after enough have closed.
"""

import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

FEWEST = 500  # closed sockets: 12 MiB
LONGEST = 600.0  # seconds between full collections: pages leave garbage too, if the same process serves them
YOUNGEST = 20_000  # generation-0 threshold; Python's default of 700 costs a tenth of the fan-out's time
NEVER = 1_000_000_000  # younger collections between full ones: none happens by itself

Application = Callable[..., Awaitable[Any]]


class Collector:
    def __init__(self, clock: Callable[[], float] = monotonic, collect: Callable[[], object] = gc.collect) -> None:
        """`clock` is in seconds; `collect` makes a full collection."""
        self._clock = clock
        self._collect = collect
        self._left = 0
        self._due = clock() + LONGEST

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Stops Python from running full collections by itself, and makes short ones rare, until the context ends."""
        before = gc.get_threshold()
        gc.set_threshold(YOUNGEST, before[1], NEVER)
        try:
            yield
        finally:
            gc.set_threshold(*before)

    def counts(self, sockets: Application) -> Application:
        """Returns the same application, which counts each of its sockets as closed when it ends."""

        async def counted(*scope_and_channels: Any) -> None:
            try:
                await sockets(*scope_and_channels)
            finally:
                self.left()

        return counted

    def left(self) -> None:
        self._left += 1

    def step(self, present: int) -> bool:
        """Runs a full collection once at least as many sockets have closed as are open. Returns whether it ran."""
        if self._left < max(FEWEST, present) and self._clock() < self._due:
            return False
        self._collect()
        self._left, self._due = 0, self._clock() + LONGEST
        return True
