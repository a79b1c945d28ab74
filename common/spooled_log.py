"""Writes the log in a thread of its own, so that a reader of the log that stops does not stop the process.

A pipe that nobody reads takes 64 KiB; then each write to it waits. Lines beyond a bound are dropped, and counted.
"""

import logging
import threading
import time
from queue import Full, Queue

MOST_WAITING = 10_000  # lines of each handler
DROPPED = "%d lines of the log were dropped, because nothing read them."


class Spool(logging.Handler):
    """Hands records to another handler, which may wait."""

    def __init__(self, target: logging.Handler, most: int = MOST_WAITING) -> None:
        super().__init__(target.level)
        self._target = target
        self._waiting: Queue[logging.LogRecord] = Queue(most)
        self._dropped = 0
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._waiting.put_nowait(record)
        except Full:
            self._dropped += 1

    def drain(self, seconds: float) -> bool:
        """Waits for up to so many seconds until everything is written. Returns whether it is."""
        ends = time.monotonic() + seconds
        while self._waiting.unfinished_tasks and time.monotonic() < ends:
            time.sleep(0.005)
        return not self._waiting.unfinished_tasks

    def _run(self) -> None:
        while True:
            record = self._waiting.get()
            self._target.handle(record)
            if self._dropped:
                number, self._dropped = self._dropped, 0
                level = logging.WARNING
                self._target.handle(logging.LogRecord(__name__, level, __file__, 0, DROPPED, (number,), None))
            self._waiting.task_done()


def install() -> list[Spool]:
    """Puts a Spool before each handler of all loggers that writes to a stream. Returns them."""
    spools: dict[logging.Handler, Spool] = {}
    loggers = [logging.getLogger(), *map(logging.getLogger, [*logging.root.manager.loggerDict])]
    for logger in loggers:
        for handler in [*logger.handlers]:
            if isinstance(handler, logging.StreamHandler):
                spool = spools.get(handler) or spools.setdefault(handler, Spool(handler))
                logger.handlers[logger.handlers.index(handler)] = spool
    return [*spools.values()]
