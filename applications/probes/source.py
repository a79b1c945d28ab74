"""Opens the source of checks for `manage.py produce probes`: each address at its interval, from one place."""

import logging
import re
import socket
import threading
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from typing import Any

import msgspec
from django.conf import settings
from django.db import Error

from applications.probes.checking import check
from applications.probes.models import Probe
from applications.probes.results import PLACE, Check
from applications.probes.targets import Target, of_rows, read_file
from common import guarded
from common.database_errors import renewed_connection
from streams.core.records import Entry
from streams.sources.base import LiveSource, SourceError

AT_ONCE = 32  # checks that run at a time
READ_AGAIN = 10.0  # seconds until the rows of operators are read again
SPREAD = 5.0  # seconds over which first checks are spread
USUAL = r"[^A-Za-z0-9_.-]+"
logger = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


class Checks(LiveSource):
    """Checks each target at its interval, each in a thread of its own; late ones are left out, not made up for."""

    skipped = 0

    def __init__(
        self,
        targets: Callable[[], list[Target]],
        run: Callable[[Target], Check],
        rng: Random,
        place: str,
        *,
        once: bool = False,
        again: float = READ_AGAIN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes a function that returns the targets, which the first `take` calls, and one that checks one of them."""
        self._read = targets
        self._run = run
        self._rng = rng
        self._place = place
        self._once = once
        self._again = again
        self._monotonic = monotonic
        self._notes: list[str] = []
        self._done: SimpleQueue[Check] = SimpleQueue()
        self._running: set[str] = set()
        self._next: dict[Target, float] = {}  # when each is due
        self._has_read = False
        self._next_read = float("-inf")

    def take(self, limit: int) -> list[Entry]:
        now = self._monotonic()
        if now >= self._next_read:
            self._next_read = float("inf") if self._once else now + self._again
            self._read_again()
        for target, due in list(self._next.items()):
            if due <= now and target.name not in self._running and len(self._running) < AT_ONCE:
                self._start(target, due, now)
        return self._taken(limit)

    def ended(self) -> bool:
        idle = not self._next and not self._running and self._done.empty()
        return self._once and idle and self._next_read > self._monotonic()

    def accept(self, most: int) -> None:
        """Does nothing: a check is smaller than any stream's largest record."""

    def notes(self) -> list[str]:
        found, self._notes = self._notes, []
        return found

    def end(self) -> list[str]:
        return self.notes()

    def _taken(self, limit: int) -> list[Entry]:
        found: list[Entry] = []
        while len(found) < limit:
            try:
                done = self._done.get_nowait()
            except Empty:
                break
            self._running.discard(done.probe)
            found.append((done.probe, _encode(done)))
        return found

    def _start(self, target: Target, due: float, now: float) -> None:
        if self._once:
            del self._next[target]
        else:
            missed = (now - due) // target.interval
            self._next[target] = due + (missed + 1) * target.interval
        self._running.add(target.name)
        threading.Thread(target=self._check, args=[target], daemon=True).start()

    def _check(self, target: Target) -> None:
        try:
            self._done.put(self._run(target))
        except Exception:  # the thread must hand something back, or the target would never be checked again
            logger.exception("The check of %s failed", target.name)
            self._done.put(Check(target.name, self._place, ok=False, error="The check itself failed."))

    def _use(self, found: list[Target]) -> None:
        """Checks these targets from now on; those that did not change keep their pace."""
        now = self._monotonic()
        spread = 0.0 if self._once else SPREAD
        self._next = {
            target: self._next.get(target, now + self._rng.random() * min(spread, target.interval)) for target in found
        }
        if not found:
            self._notes.append("There is no probe: make one on the page /probes/, or name a file with --file.")

    def _read_again(self) -> None:
        try:
            with renewed_connection():
                found = self._read()
        except (Error, SourceError) as error:
            self._notes.append(f"The list of probes cannot be read, so the former one stays: {error}")
            return
        if not self._has_read or set(found) != set(self._next):
            self._has_read = True
            self._use(found)


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--file", type=Path, metavar="PATH", help="a TOML file with tables [[probe]], in place of the site's own list")
    add("--place", type=_place, metavar="NAME", help="the name of the place that checks (default: this host's name)")
    add("--once", action="store_true", help="check each address once, and end")


def rows() -> list[Target]:
    """Returns the targets that operators made. Raises SourceError, DatabaseError."""
    names = Target.__struct_fields__
    return of_rows(list(Probe.objects.filter(active=True).order_by("name").values(*names)))


def open_source(options: Mapping[str, Any], rng: Random, start: int) -> Checks:
    """Returns the checks of --file, or of the site's own list. Raises SourceError for an unreadable file."""
    place = options.get("place") or re.sub(USUAL, "-", socket.gethostname())[:64].strip("-") or "here"
    allow = guarded.allowed(settings.ALLOWED_TARGETS)
    path = options.get("file")
    targets: Callable[[], list[Target]] = (lambda: read_file(path)) if path else rows
    if path:
        targets()  # a file that cannot be read ends the command
    return Checks(targets, lambda target: check(target, place, allow), rng, place, once=bool(options.get("once")))


def _place(text: str) -> str:
    if not re.match(PLACE, text):
        raise ArgumentTypeError("a place has 1 to 64 letters, digits, '_', '.' or '-'")
    return text
