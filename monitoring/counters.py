"""What this process counts, in memory; monitoring/recorder.py adds it up in the database.

Loaded while logging is set up, so it must not import models.
"""

import logging
from collections.abc import Mapping
from threading import Lock

from accounts.event_types import CATALOGUE

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; of a histogram's buckets

Key = tuple[str, tuple[tuple[str, str], ...]]  # a name, and labels sorted by theirs


class Counts:
    """Sums by name and labels. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums: dict[Key, float] = {}

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        self.give_back({(name, tuple(sorted(labels.items()))): amount})

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Into a histogram: the one bucket that holds it, and the sum."""
        bound = next((f"{bound:g}" for bound in BOUNDS if seconds <= bound), "+Inf")
        self.add(f"{name}_bucket", 1, le=bound, **labels)
        self.add(f"{name}_sum", seconds, **labels)

    def take(self) -> dict[Key, float]:
        """All that was counted since the last time."""
        with self._lock:
            taken, self._sums = self._sums, {}
        return taken

    def give_back(self, taken: Mapping[Key, float]) -> None:
        """What was taken and could not be kept."""
        with self._lock:
            for key, amount in taken.items():
                self._sums[key] = self._sums.get(key, 0) + amount


counts = Counts()  # of this process


def put(stream: str, records: int, **_: object) -> None:
    counts.add("millrace_records_put", records, stream=stream)


def committed(application: str, stream: str, seconds: float, dead: int, **_: object) -> None:
    names = {"application": application, "stream": stream}
    counts.observe("millrace_commit_seconds", seconds, **names)
    if dead:
        counts.add("millrace_records_refused", dead, **names)


class CountEvents(logging.Handler):
    """Counts the lines of the security log (accounts.events)."""

    def emit(self, record: logging.LogRecord) -> None:
        line: object = record.msg
        if isinstance(line, dict) and (event := CATALOGUE.get(line["event"])):
            counts.add("millrace_security_events", event=line["event"])
            if event.kept and "user" in line and event.calls_for_notice(line):
                counts.add("millrace_notices")
