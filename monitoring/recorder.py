"""Adds up in the database what processes count, and says which live: every ten seconds, and when a process ends."""

import atexit
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from threading import Event, Thread

from django.db import Error, connection, reset_queries, transaction
from django.db.models import F
from django.db.models.functions import Now

from monitoring.counters import Counts, Key, counts
from monitoring.models import Beat, Total
from streams.coordination import process_identity

EVERY = 10.0  # seconds
FRESH = timedelta(seconds=30)  # a process that has not told for so long is gone
LOCK_WAIT = 2000  # milliseconds that SQLite waits for whoever writes: what is counted can wait

logger = logging.getLogger(__name__)


def begin(gauges: Mapping[str, Callable[[], float]] | None = None) -> None:
    """In a thread of this process, from now on; after a fork, since threads do not survive it."""
    keeper, stopped = Keeper(counts, gauges or {}, process_identity.current()), Event()

    def run() -> None:
        while not stopped.wait(EVERY):
            keeper.keep()

    def end() -> None:
        stopped.set()
        keeper.leave()

    atexit.register(end)
    Thread(target=run, name="keeping", daemon=True).start()


class Keeper:
    """What one process has to tell."""

    def __init__(self, counts: Counts, gauges: Mapping[str, Callable[[], float]], process: str) -> None:
        self._counts = counts
        self._gauges = gauges
        self._process = process

    def keep(self) -> None:
        """What cannot be kept now is kept the next time."""
        taken = self._counts.take()
        try:
            with closing(connection):
                reset_queries()  # kept with DEBUG on
                _wait_little()
                if taken:
                    add_up(taken)
                for name, ask in self._gauges.items():
                    self._beat(name, ask())
        except Error as error:
            self._counts.give_back(taken)
            logger.debug("What was counted could not be kept: %s", error)

    def leave(self) -> None:
        self.keep()
        if self._gauges:
            try:
                with closing(connection):
                    _wait_little()
                    Beat.objects.filter(process=self._process).delete()
            except Error as error:
                logger.debug("The end of a process could not be kept: %s", error)

    def _beat(self, name: str, value: float) -> None:
        Beat.objects.filter(at__lt=Now() - 10 * FRESH).delete()
        row = {"process": self._process, "name": name}
        if not Beat.objects.filter(**row).update(value=value, at=Now()):
            Beat.objects.create(**row, value=value, at=Now())


def add_up(taken: Mapping[Key, float]) -> None:
    """In one transaction, and in one order everywhere, so that processes do not wait for each other in a circle."""
    with transaction.atomic():
        for name, labels in sorted(taken):
            row = {"name": name, "labels": json.dumps(dict(labels))}
            added = Total.objects.filter(**row)
            grown = {"value": F("value") + taken[name, labels]}
            if not added.update(**grown):
                Total.objects.bulk_create([Total(**row)], ignore_conflicts=True)
                added.update(**grown)


def _wait_little() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT}")
