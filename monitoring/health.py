"""Checks whether this process can serve: the answer of /readyz. It asks little, and never waits long."""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from common.running import to_run
from monitoring.lag import Laggards
from monitoring.models import Heartbeat
from streams.core.records import CountWaiting
from streams.models.database_time import ahead_for_sure

SKEW = 5.0  # seconds between this machine's clock and the database's: as long as a lease lasts
LEAST_FREE = 64 << 20  # bytes of disk: less, and a write may fail
LOCK_WAIT = 2000  # milliseconds that SQLite waits for another writer; pages wait longer
LOOK = 1.0  # seconds for which an answer of /readyz is used again: a flood of requests asks the database no more often
EVERY = 5.0  # seconds between tries to write, while they succeed
PROBE = "readyz"
UNKNOWN = "cannot be told"

# Our row may fit into an existing page of the file; a sort with little memory needs a new file, of 0.7 MB.
_SPILL = "SELECT md5(number::text) FROM generate_series(1, 10000) number ORDER BY 1 OFFSET 9999"


class Finding(NamedTuple):
    """The result of one check. `trouble` is "" if all is well, else a few words that help no attacker."""

    check: str
    trouble: str


class Health:
    """Makes the checks; one per process, since it remembers its last write. `monotonic` in seconds."""

    def __init__(
        self, now: Callable[[], datetime], monotonic: Callable[[], float], count_waiting: CountWaiting
    ) -> None:
        self._laggards = Laggards(count_waiting, now, monotonic)
        self._now = now
        self._monotonic = monotonic
        self._next_write = 0.0

    def findings(self) -> list[Finding]:
        """Returns the results in a fixed order; without an answer of the database, those that need one are unknown."""
        found = [Finding("draining", draining()), _ask("database", _wait_for_no_lock)]
        away = found[1].trouble
        checks = {
            "migrations": _migrations,
            "writing": self._writing,
            "clock": self._clock,
            "lag": self._laggards.in_words,
        }
        found += [Finding(name, UNKNOWN) if away else _ask(name, check) for name, check in checks.items()]
        return [*found, Finding("disk", _disk())]

    def _writing(self) -> str:
        """Writes a row, because only a write notices a full disk or a read-only database."""
        if self._monotonic() < self._next_write:
            return ""
        row = {"process": PROBE, "name": PROBE}
        if not Heartbeat.objects.filter(**row).update(at=Now()):
            Heartbeat.objects.bulk_create([Heartbeat(**row, at=self._now())], ignore_conflicts=True)
        if connection.vendor == "postgresql":
            _spill()
        self._next_write = self._monotonic() + EVERY
        return ""

    def _clock(self) -> str:
        skew = abs(ahead_for_sure(self._now))
        return "" if skew <= SKEW * 1000 else "differs from the database's by more than 5 s"


class Recent:
    """Bounds how often the checks are made: once in LOOK seconds in a process. `monotonic` in seconds."""

    def __init__(self, findings: Callable[[], list[Finding]], monotonic: Callable[[], float]) -> None:
        self._look = findings
        self._monotonic = monotonic
        self._lock = (
            threading.Lock()
        )  # requests of other threads wait for the checks that are under way, and share the result
        self._found: list[Finding] = []
        self._until = float("-inf")

    def findings(self) -> list[Finding]:
        """Returns the last findings, but never keeps a machine that is about to stop in service."""
        with self._lock:
            if self._monotonic() >= self._until:
                self._found = self._look()
                self._until = self._monotonic() + LOOK
            return [Finding("draining", draining()), *self._found[1:]]


def draining() -> str:
    """Returns "about to stop" once an operator has touched a file to announce it, else ""."""
    folders = [settings.VAR_DIR, *filter(None, [settings.RUNTIME_DIRECTORY])]
    return "about to stop" if any((Path(folder) / "draining").exists() for folder in folders) else ""


def _ask(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, check())
    except Error:  # its message may name hosts and paths
        return Finding(name, "does not answer" if name == "database" else "refused")


def _spill() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(_SPILL)


def _wait_for_no_lock() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1" if connection.vendor != "sqlite" else f"PRAGMA busy_timeout = {LOCK_WAIT}")
    return ""


def _migrations() -> str:
    missing = _last_migrations() - MigrationRecorder(connection).applied_migrations().keys()
    return f"not all applied; run {to_run('migrate')}" if missing else ""


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """Returns the last migration of each app; if these are applied, all before them are."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def _disk() -> str:
    """Returns trouble with the disks that we write on: of var/, and of the database if it is a file."""
    places = {Path(settings.VAR_DIR)}
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():  # type: ignore[attr-defined]
        places.add(Path(settings.DATABASES["default"]["NAME"]).parent)
    for place in places:
        try:
            room = os.statvfs(place)
        except OSError:
            return UNKNOWN
        if room.f_bavail * room.f_frsize < LEAST_FREE:
            return "almost full"
    return ""
