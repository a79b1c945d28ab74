"""Steps the worker of one application on one stream, and reports each window that closes."""

import logging
import time
from collections.abc import Callable
from typing import Any

from streams.applications import Closing, Delivery, Row
from streams.coordination.store_errors import translate_errors
from streams.core.commits import StoreDownError
from streams.engine.worker import Worker

LOOK = 0.5  # seconds between looks at how far all workers are

logger = logging.getLogger(__name__)


class Consumer:
    """Steps the worker of an application, and calls `tell` with the report lines of each closed window."""

    def __init__(
        self,
        worker: Worker[Any, Any],
        closing: Callable[[int | None], Closing] | None = None,
        tell: Callable[[Closing, Row], None] = lambda closing, row: None,
        monotonic: Callable[[], float] = time.monotonic,
        deliver: Delivery | None = None,
    ) -> None:
        """Takes the worker.

        `closing` is called once with the present watermark in milliseconds. Earlier windows are not reported.
        `deliver` sends a part of the rows that commits have put aside, and returns whether more waits. It is called
        after each look, and after each step while more waits.
        """
        self._worker = worker
        self._closing = closing(worker.watermark()) if closing else None
        self._tell = tell
        self._monotonic = monotonic
        self._deliver = deliver
        self._more = False  # waits to be delivered
        self._started = worker.now()  # by the stream's own clock, since this machine's may be wrong
        self._next_look = 0.0
        self.standing_still: list[str] = []  # shards that cannot be read, when all others are
        self._applied = False  # everything that had arrived when we started, by any worker

    @property
    def caught_up(self) -> bool:
        """Returns whether all that had arrived at the start is applied, and what can be delivered now is delivered."""
        return self._applied and not self._more

    def step(self) -> bool:
        """Steps the worker once. Returns False when it had nothing to do. Raises StreamError."""
        found = self._worker.step()
        looks = self._monotonic() >= self._next_look
        if looks:
            self._look()
            self._next_look = self._monotonic() + LOOK
        if self._deliver and (looks or self._more):
            self._more = self._deliver_part(self._deliver)
        return found or self._more

    def close(self) -> None:
        """Releases the leases of the worker, and that of its deliveries."""
        self._worker.close()
        if self._deliver:
            self._deliver.close()

    def _look(self) -> None:
        self.standing_still = self._worker.standing_still(self._started)
        watermark = self._worker.watermark()
        if watermark is None:
            return
        self._applied = watermark >= self._started
        if self._closing:
            self._tell_closed(self._closing, watermark)

    def _deliver_part(self, deliver: Delivery) -> bool:
        try:
            return translate_errors(deliver)()
        except StoreDownError as error:
            logger.warning("Rows that were put aside wait: %s", error)
            return False

    def _tell_closed(self, closing: Closing, watermark: int) -> None:
        try:
            rows = translate_errors(closing.closed)(watermark)
        except StoreDownError as error:
            logger.warning("The windows that closed cannot be told yet: %s", error)
            return
        for row in rows:
            self._tell(closing, row)
