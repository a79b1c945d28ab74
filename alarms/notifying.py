"""Runs the three steps of notify in turn: escalate, expand, deliver."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import Error, InterfaceError, InternalError, OperationalError

from alarms.delivering import THREADS, Delivery
from alarms.escalating import Escalation
from alarms.expanding import Expansion
from alarms.jobs import Known
from alarms.queues import new_owner
from common import database_errors
from common.outage_log import OutageLog

LAST_SECONDS = 12.0  # that a stop waits for the attempts in hand: an attempt takes about 10
PAUSE_AWAY = 1.0  # seconds between tries at a database that is away

logger = logging.getLogger(__name__)


class Notifier:
    """Does the work of one process. The database may go away: the results of that time are written once it is back."""

    def __init__(self, now: Callable[[], datetime], chance: Callable[[], float], *, threads: int = THREADS) -> None:
        self._escalation = Escalation(now)
        known = Known()
        self._expansion = Expansion(now, known)
        self._delivery = Delivery(new_owner(), now, chance, known, threads=threads)
        self._outage = OutageLog(logger, time.monotonic)
        self._worked = True

    def step(self) -> bool:
        """Does a bounded part of the work; returns whether there was some."""
        try:
            with database_errors.renewed_connection():
                escalated = self._escalation.step()
                with self._delivery.senders.going_on():
                    expanded = self._expansion.step()
                self._worked = self._delivery.step(self._expansion.touched) | expanded | escalated
        except (OperationalError, InterfaceError, InternalError) as error:
            self._outage.failure(ConnectionError(database_errors.sentence(error)))
            time.sleep(PAUSE_AWAY)
            return True
        self._outage.recovered()
        return self._worked

    @property
    def is_done(self) -> bool:
        """Returns whether the last step found nothing, and nothing is being sent."""
        return not self._worked and self._delivery.is_idle

    def wait(self, seconds: float) -> None:
        """Waits for the next result, at most `seconds`."""
        self._delivery.senders.wait(seconds)

    def finish(self) -> None:
        """Ends: lets the attempts in hand end, and writes their results."""
        try:
            with database_errors.renewed_connection():
                self._delivery.finish(LAST_SECONDS)
        except Error:
            logger.warning("The last results could not be written: their messages are sent again, under the same names")
