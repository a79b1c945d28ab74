"""What is told of a database or a stream that does not answer: at once, then ever more rarely, and that it is back."""

import logging
from collections.abc import Callable


class Outage:
    """One process' tries at whatever it needs. `monotonic` gives seconds."""

    def __init__(self, logger: logging.Logger, monotonic: Callable[[], float]) -> None:
        self._logger = logger
        self._monotonic = monotonic
        self._began = 0.0
        self._tries = 0
        self._told = ""

    def failed(self, error: Exception) -> None:
        """Tells of the 1st, 2nd, 4th, 8th try of an outage, and whenever the reason is another one."""
        if not self._tries:
            self._began = self._monotonic()
        self._tries += 1
        reason = str(error).rstrip(".")
        if self._tries.bit_count() == 1 or reason != self._told:
            self._logger.error("%s; trying again", reason)
            self._told = reason

    def over(self) -> None:
        if self._tries:
            self._logger.info("What failed answers again, after %.0f s", self._monotonic() - self._began)
            self._tries = 0
