"""Runs several applications in one process: a loop steps them in turn, so that none starves another."""

import logging
import time
from collections.abc import Callable, Mapping

from common.outage_log import OutageLog
from streams.coordination.store_errors import translate_errors
from streams.core.records import StreamError, StreamNotFoundError
from streams.engine.consumer import Consumer

RETRY = 1.0  # seconds until an application that failed is tried again
LOOK = 5.0  # seconds between looks for new applications
REST = 4  # times as long as the failed try took, if that is more: failing takes at most a fifth of the time

logger = logging.getLogger(__name__)


class Consumers:
    """Steps the consumers of some applications in turn.

    Between two steps of one application, every other application has one step, so a slow application delays the others
    by one of its steps at most. If an application fails, for example because its stream does not exist yet, the failure
    is logged and the application is tried again while the others go on. A single application ends with its error,
    unless its stream was deleted while it was read, and so do all of them when none could begin.
    """

    def __init__(
        self,
        opens: Mapping[str, Callable[[], Consumer]],
        monotonic: Callable[[], float] = time.monotonic,
        again: Callable[[], Mapping[str, Callable[[], Consumer]]] | None = None,
    ) -> None:
        """Takes a function for each application that makes its consumer. `monotonic` gives seconds.

        `again` is called every LOOK seconds and returns such functions for the applications of then: those that are new
        begin, and those that are gone end.
        """
        self._monotonic = monotonic
        self._again = again
        self._next_look = monotonic() + LOOK
        self._places = [_Place(name, make, monotonic) for name, make in opens.items()]
        self._next = 0
        self._found = False  # whether any step of this round found something

    def step(self) -> bool:
        """Steps the next application. Returns False at the end of a round in which no application had anything to do.

        It takes one step only, so that a loop can be stopped between any two steps.
        """
        place = self._places[self._next]
        self._next = (self._next + 1) % len(self._places)
        try:
            self._found |= place.step()
        except Exception as error:
            # A stream that was deleted under its readers may be made anew, as docs/adr/0015 promises.
            deleted = place.has_begun and isinstance(error, StreamNotFoundError)
            if len(self._places) == 1 and not deleted:
                raise
            place.fail(error)
            if all(each.failure and not each.has_begun for each in self._places):
                raise
        if self._next:
            return True
        if self._again and self._monotonic() >= self._next_look:
            self._look(self._again)
        found, self._found = self._found, False
        return found

    def _look(self, again: Callable[[], Mapping[str, Callable[[], Consumer]]]) -> None:
        self._next_look = self._monotonic() + LOOK
        try:
            opens = translate_errors(again)()
        except StreamError as error:
            logger.warning("New applications cannot be looked for: %s", error)
            return
        for place in self._places:
            if place.name not in opens:
                logger.info("%s is gone", place.name)
                place.close()
        kept = {place.name: place for place in self._places if place.name in opens}
        new = {name: _Place(name, make, self._monotonic) for name, make in opens.items() if name not in kept}
        self._places = [*kept.values(), *new.values()] or self._places

    def caught_up(self) -> bool:
        """Returns whether each application has applied every record that had arrived at the start, or cannot."""
        return all(place.is_done() for place in self._places)

    def not_read(self) -> str:
        """Returns a sentence about the applications that could not read all; "" when there are none."""
        alone = len(self._places) == 1
        found = [why if alone else f"{place.name}: {why}" for place in self._places if (why := place.trouble())]
        return f"Not all was read: {'; '.join(found)}." if found else ""

    def close(self) -> None:
        """Releases the leases of every application."""
        for place in self._places:
            place.close()


class _Place:
    """Holds the place of one application in the round."""

    def __init__(self, name: str, make: Callable[[], Consumer], monotonic: Callable[[], float]) -> None:
        self.name = name
        self.failure = ""  # of the last try
        self.has_begun = False
        self._make = make
        self._monotonic = monotonic
        self._consumer: Consumer | None = None
        self._began = self._retry_at = 0.0
        self._outage = OutageLog(logger, monotonic, f"{name} does not go on: ")

    def step(self) -> bool:
        self._began = self._monotonic()
        if self._began < self._retry_at:
            return False
        self._consumer = self._consumer or translate_errors(self._make)()
        found = self._consumer.step()
        if self.failure:
            self._outage.recovered()
        self.failure, self.has_begun = "", True
        return found

    def fail(self, error: Exception) -> None:
        """Releases the leases, and notes when to try again."""
        now = self._monotonic()
        self.failure = str(error).rstrip(".") or type(error).__name__
        self._retry_at = now + max(RETRY, REST * (now - self._began))
        if not isinstance(error, StreamError):
            logger.error("%s failed", self.name, exc_info=error)
        self._outage.failure(error)
        self.close()

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        try:
            if consumer:
                consumer.close()
        except Exception as error:  # noqa: BLE001 - the leases of the others are still to be given back
            logger.warning("The leases of %s are left to expire: %s", self.name, error)

    def is_done(self) -> bool:
        return bool(self.failure or self.trouble() or (self._consumer and self._consumer.caught_up))

    def trouble(self) -> str:
        if self.failure:
            return self.failure
        still = self._consumer.standing_still if self._consumer else []
        return f"{', '.join(still)} stands still, as said above" if still else ""
