"""When Python looks for garbage that only its cyclic collector finds, in a process of thousands of sockets.

A full collection looks at all that they hold: 0.24 s with 2,000 sockets, in which nobody is told anything. Python
makes one whenever it has a quarter more objects, as when many come, and finds nothing. What does become garbage is
what a socket leaves behind: about 80 objects, 24 KiB. So, while anybody is there, one is made when enough have left.
"""

import gc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

FEWEST = 500  # sockets that left: 12 MiB
LONGEST = 600.0  # seconds between full collections: pages, where the same process serves them, leave garbage too
YOUNGEST = 20_000  # new objects between the shortest collections: with Python's 700, a tenth of the fan-out's time
NEVER = 1_000_000_000  # younger collections between full ones

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
        """Within it Python makes no full collection by itself, and short ones seldom."""
        before = gc.get_threshold()
        gc.set_threshold(YOUNGEST, before[1], NEVER)
        try:
            yield
        finally:
            gc.set_threshold(*before)

    def counts(self, sockets: Application) -> Application:
        """The same application, each of whose sockets counts as one that left when it ends, whoever's it was."""

        async def counted(*scope_and_channels: Any) -> None:
            try:
                await sockets(*scope_and_channels)
            finally:
                self.left()

        return counted

    def left(self) -> None:
        self._left += 1

    def step(self, present: int) -> bool:
        """A full collection, when as many sockets have left as are there; says whether it was made."""
        if self._left < max(FEWEST, present) and self._clock() < self._due:
            return False
        self._collect()
        self._left, self._due = 0, self._clock() + LONGEST
        return True
