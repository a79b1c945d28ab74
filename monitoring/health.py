"""Whether this process can serve: what /readyz answers. It asks little, and never waits long."""

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
from monitoring.lag import CountWaiting, Laggards
from monitoring.models import Beat
from streams.models.database_time import database_time

SKEW = 5.0  # seconds between this machine's clock and the database's: as long as a lease lasts
LEAST_FREE = 64 << 20  # bytes of disk: less, and a write may fail
LOCK_WAIT = 2000  # milliseconds that SQLite waits for whoever writes; pages wait longer
LOOK = 1.0  # seconds that an answer of /readyz is good for: a flood of them asks the database no more often
EVERY = 5.0  # seconds between tries to write, while they succeed
PROBE = "readyz"
UNKNOWN = "cannot be told"

# A row of ours may find room in a page that is there; what is sorted with little memory needs a new file, of 0.7 MB.
_SPILL = "SELECT md5(number::text) FROM generate_series(1, 10000) number ORDER BY 1 OFFSET 9999"


class Finding(NamedTuple):
    """One check. `trouble` is "" where all is well, else a few words that help no attacker."""

    check: str
    trouble: str


class Health:
    """One per process, since it remembers when it last wrote. `monotonic` in seconds."""

    def __init__(
        self, now: Callable[[], datetime], monotonic: Callable[[], float], count_waiting: CountWaiting
    ) -> None:
        self._laggards = Laggards(count_waiting, now, monotonic)
        self._now = now
        self._monotonic = monotonic
        self._next_write = 0.0

    def findings(self) -> list[Finding]:
        """All checks, in a fixed order; those that need a database that does not answer cannot be told."""
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
        """A disk that is full, a database that only reads: nothing but a write tells them all."""
        if self._monotonic() < self._next_write:
            return ""
        row = {"process": PROBE, "name": PROBE}
        if not Beat.objects.filter(**row).update(at=Now()):
            Beat.objects.bulk_create([Beat(**row, at=self._now())], ignore_conflicts=True)
        if connection.vendor == "postgresql":
            _spill()
        self._next_write = self._monotonic() + EVERY
        return ""

    def _clock(self) -> str:
        skew = abs(self._now().timestamp() - database_time() / 1000)
        return "" if skew <= SKEW else "differs from the database's by more than 5 s"


class Recent:
    """Bounds how often the checks are made: once in LOOK seconds in a process. `monotonic` in seconds."""

    def __init__(self, findings: Callable[[], list[Finding]], monotonic: Callable[[], float]) -> None:
        self._look = findings
        self._monotonic = monotonic
        self._lock = threading.Lock()  # requests of other threads wait for the look that is under way, and share it
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
    """Told by a file that whoever stops this machine touches, before it does."""
    folders = [settings.VAR_DIR, *filter(None, [settings.RUNTIME_DIRECTORY])]
    return "about to stop" if any((Path(folder) / "draining").exists() for folder in folders) else ""


def _ask(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, check())
    except Error:  # its words may tell of hosts and paths
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
    """Of each app; those before them are applied when these are."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def _disk() -> str:
    """Where we write on this machine: var/, and the database if it is a file."""
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
