"""Counters of this process, in memory; monitoring/recorder.py adds them up in the database.

Loaded while logging is set up, so it must not import models.
"""

import logging
from collections.abc import Mapping
from threading import Lock

from accounts.event_types import CATALOGUE

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; of a histogram's buckets

Key = tuple[str, tuple[tuple[str, str], ...]]  # a name, and labels sorted by theirs


class Counters:
    """Sums by name and labels. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums: dict[Key, float] = {}

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        self.restore({(name, tuple(sorted(labels.items()))): amount})

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Adds to a histogram: to the one bucket that holds the value, and to the sum."""
        bound = next((f"{bound:g}" for bound in BOUNDS if seconds <= bound), "+Inf")
        self.add(f"{name}_bucket", 1, le=bound, **labels)
        self.add(f"{name}_sum", seconds, **labels)

    def take(self) -> dict[Key, float]:
        """Returns all counts since the last call, and begins anew."""
        with self._lock:
            taken, self._sums = self._sums, {}
        return taken

    def restore(self, taken: Mapping[Key, float]) -> None:
        """Adds taken counts again that could not be written."""
        with self._lock:
            for key, amount in taken.items():
                self._sums[key] = self._sums.get(key, 0) + amount


counters = Counters()  # of this process


def put(stream: str, records: int, **_: object) -> None:
    counters.add("millrace_records_put", records, stream=stream)


def refused(door: str, reason: str, records: int = 1, **_: object) -> None:
    counters.add("millrace_door_refusals", records, door=door, reason=reason)


def answered(operation: str, outcome: str, **_: object) -> None:
    counters.add("millrace_kinesis_requests", operation=operation, outcome=outcome)


def committed(application: str, stream: str, seconds: float, dead: int, **_: object) -> None:
    names = {"application": application, "stream": stream}
    counters.observe("millrace_commit_seconds", seconds, **names)
    if dead:
        counters.add("millrace_records_refused", dead, **names)


class CountEvents(logging.Handler):
    """Counts the lines of the security log (accounts.events)."""

    def emit(self, record: logging.LogRecord) -> None:
        line: object = record.msg
        if isinstance(line, dict) and (event := CATALOGUE.get(line["event"])):
            counters.add("millrace_security_events", event=line["event"])
            if event.kept and "user" in line and event.calls_for_notice(line):
                counters.add("millrace_notices")
