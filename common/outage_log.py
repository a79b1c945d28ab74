"""Logs an outage of a database or a stream: the first failure at once, later ones more rarely, then the recovery."""

import logging
from collections.abc import Callable


class OutageLog:
    """The tries of one process at one thing that it needs. `monotonic` gives seconds."""

    def __init__(
        self, logger: logging.Logger, monotonic: Callable[[], float], subject: str = "", patience: float = 0.0
    ) -> None:
        """`subject` begins each line. Nothing is told in the first `patience` seconds of an outage."""
        self._logger = logger
        self._monotonic = monotonic
        self._subject = subject
        self._patience = patience
        self._began: float | None = None
        self._tries = 0  # those that count: after `patience`
        self._told = ""

    def failure(self, error: Exception) -> None:
        """Tells of the 1st, 2nd, 4th, 8th try of an outage, and whenever the reason is another one."""
        if self._began is None:
            self._began = self._monotonic()
        if self._patience and self._monotonic() - self._began < self._patience:
            return
        self._tries += 1
        reason = str(error).rstrip(".")
        if self._tries.bit_count() == 1 or reason != self._told:
            self._logger.error("%s%s; trying again", self._subject, reason)
            self._told = reason

    def recovered(self) -> None:
        if self._tries and self._began is not None:
            seconds = self._monotonic() - self._began
            self._logger.info("%sWhat failed answers again, after %.0f s", self._subject, seconds)
        self._began, self._tries = None, 0
