"""Caches the configuration of an application for its processors in one worker."""

from collections.abc import Callable
from typing import Any

FRESH = 0.5  # seconds


class Fresh:
    """Returns the configuration.

    It asks for it at most every FRESH seconds, and only when records come or a shard begins.

    An idle worker therefore asks nothing, and a busy worker does not ask for each batch.
    """

    def __init__(self, ask: Callable[[], Any], monotonic: Callable[[], float]) -> None:
        """Takes the function that loads the configuration. `monotonic` gives seconds."""
        self._ask = ask
        self._monotonic = monotonic
        self._until = float("-inf")
        self._known: Any = None

    def __call__(self) -> Any:
        if self._monotonic() >= self._until:
            self._known = self._ask()
            self._until = self._monotonic() + FRESH
        return self._known
