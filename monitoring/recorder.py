"""Flushes in-process counters to the database and writes heartbeats: every ten seconds, and when a process ends."""

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

from common.lasting import over
from monitoring.counters import Counters, Key, counters
from monitoring.models import Counter, Heartbeat
from streams.coordination import process_identity

EVERY = 10.0  # seconds
FRESH = timedelta(seconds=30)  # a process without a heartbeat for this long is gone
LOCK_WAIT = 2000  # milliseconds that SQLite waits for another writer: counts can wait

logger = logging.getLogger(__name__)


def begin(gauges: Mapping[str, Callable[[], float]] | None = None) -> None:
    """Starts the recorder in a thread of this process. Call it after a fork, since threads do not survive one."""
    recorder, stopped = MetricsRecorder(counters, gauges or {}, process_identity.current()), Event()

    def run() -> None:
        while not stopped.wait(EVERY):
            recorder.flush()

    def end() -> None:
        stopped.set()
        recorder.end()

    atexit.register(end)
    Thread(target=run, name="recording", daemon=True).start()


class MetricsRecorder:
    """Writes the counters and gauges of one process."""

    def __init__(self, counters: Counters, gauges: Mapping[str, Callable[[], float]], process: str) -> None:
        self._counters = counters
        self._gauges = gauges
        self._process = process

    def flush(self) -> None:
        """Writes everything. Counts that cannot be written now are kept for the next time."""
        taken = self._counters.take()
        try:
            with closing(connection), connection.wrap_database_errors:
                reset_queries()  # Django keeps them while DEBUG is on
                _wait_little()
                if taken:
                    add_up(taken)
                for name, ask in self._gauges.items():
                    self._write_heartbeat(name, ask())
        except Error as error:
            self._counters.restore(taken)
            logger.debug("The counters could not be written: %s", error)

    def end(self) -> None:
        self.flush()
        if self._gauges:
            try:
                with closing(connection), connection.wrap_database_errors:
                    _wait_little()
                    Heartbeat.objects.filter(process=self._process).delete()
            except Error as error:
                logger.debug("The end of a process could not be written: %s", error)

    def _write_heartbeat(self, name: str, value: float) -> None:
        Heartbeat.objects.filter(over("at", 20 * FRESH, Now() - 10 * FRESH)).delete()
        row = {"process": self._process, "name": name}
        if not Heartbeat.objects.filter(**row).update(value=value, at=Now()):
            Heartbeat.objects.create(**row, value=value, at=Now())


def add_up(taken: Mapping[Key, float]) -> None:
    """Adds counts to the database in one transaction, in one order everywhere, so that no two processes deadlock."""
    with transaction.atomic():
        for name, labels in sorted(taken):
            row = {"name": name, "labels": json.dumps(dict(labels))}
            added = Counter.objects.filter(**row)
            grown = {"value": F("value") + taken[name, labels]}
            if not added.update(**grown):
                Counter.objects.bulk_create([Counter(**row)], ignore_conflicts=True)
                added.update(**grown)


def _wait_little() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT}")
