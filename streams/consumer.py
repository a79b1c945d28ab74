"""What `manage.py consume` runs: a worker, and word of each minute that closes."""

import logging
import time
from collections.abc import Callable
from typing import Any

from streams import clock
from streams.answering import answering
from streams.commits import StoreDownError
from streams.reports import MinuteReports, Row
from streams.worker import Worker

LOOK = 0.5  # seconds between looks at how far all workers are

logger = logging.getLogger(__name__)


class Consumer:
    """Steps a worker of one stream; `tell` is called with the report of each of its minutes as it closes."""

    def __init__(
        self,
        worker: Worker[Any, Any],
        stream: str,
        tell: Callable[[Row], None] | None,
        now: clock.Clock = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worker = worker
        self._tell = tell
        self._monotonic = monotonic
        self._started = now()
        self._minutes = MinuteReports(stream, worker.complete_to())
        self._next_look = 0.0
        self.standing_still: list[str] = []  # shards that cannot be read, when all others are
        self.caught_up = False  # everything that had arrived when we started is applied, by whichever worker

    def step(self) -> bool:
        found = self._worker.step()
        if self._monotonic() >= self._next_look:
            self._look()
            self._next_look = self._monotonic() + LOOK
        return found

    def _look(self) -> None:
        self.standing_still = self._worker.standing_still(self._started)
        complete_to = self._worker.complete_to()
        if complete_to is None:
            return
        self.caught_up = complete_to >= self._started
        if self._tell:
            for row in self._closed(complete_to):
                self._tell(row)

    def _closed(self, complete_to: int) -> list[Row]:
        try:
            return answering(self._minutes.closed)(complete_to)
        except StoreDownError as error:
            logger.warning("The minutes that closed cannot be told yet: %s", error)
            return []
