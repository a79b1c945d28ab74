"""How soon a worker works: after its start, and after the one before it ended.

Start: a stream holds 1,000 records; from the call that starts the process `manage.py consume trades` until its lease
says that records are applied. Each run has a stream of its own.

Take-over: `produce trades --rate 100` goes on all the time, one `consume trades` works, a second waits. The first is
killed (kill -9) or told to end (SIGTERM): from the signal until the lease is the second's and the newest record applied
arrived after the signal. Both on one machine. A waiting worker looks round once a second; the signals are spread over
that second. The database is looked at every 10 ms.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from time import sleep

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, end, new_site
from streams.core import clock

RUNS = 5
RECORDS = 1000
RATE = 100  # records a second


def run(options: Options) -> Iterator[Figure]:
    runs = options.rounds(RUNS)
    with new_site() as site:
        starts = [first_record(site, f"stream-{number}") for number in runs]
    with new_site() as site:
        handover = Handover(site, site.streams)
        phases = [number / len(runs) for number in runs]
        killed = [handover.seconds(phase, kill=True) for phase in phases]
        ended = [handover.seconds(phase, kill=False) for phase in phases]
    yield Figure("start to first record applied", "s", starts, Aim(2, every=True))
    yield Figure("take-over after kill -9", "s", killed, Aim(10, every=True))
    yield Figure("take-over after SIGTERM", "s", ended, Aim(1, every=True))


def first_record(site: Site, stream: str) -> float:
    """Seconds."""
    site.run("produce", "trades", "--stream", stream, "--rate", "0", "--count", str(RECORDS))
    began = clock.now()
    worker = site.manage("consume", "trades", "--stream", stream)
    site.until(lambda: site.query(f"SELECT 1 FROM streams_lease WHERE stream = '{stream}' AND applied > 0"))
    ended = clock.now()
    end(worker)
    return (ended - began) / clock.SECOND


class Handover:
    """One worker that works, one that waits, and records that keep coming."""

    def __init__(self, site: Site, opens: Path) -> None:
        """`opens` is a file that a worker has open once it is up."""
        self._site = site
        self._opens = opens
        site.run("streams", "create", "trades")
        self._works = self._worker()
        site.wait_until_held("trades")
        site.manage("produce", "trades", "--rate", str(RATE))

    def seconds(self, phase: float, *, kill: bool) -> float:
        """Ends the worker at work. From the signal until the next one has applied a record that arrived after it."""
        waits = self._worker()
        sleep(1 + phase)
        self._site.until(lambda: self._applied_since(0))
        owner = self._lease()[0]
        began = clock.now()
        self._works.kill() if kill else self._works.terminate()
        self._works.wait()  # a process that nobody waits for is not gone
        self._site.until(lambda: self._lease()[0] not in ("", owner) and self._applied_since(began))
        self._works = waits
        return (clock.now() - began) / clock.SECOND

    def _worker(self) -> "Popen[str]":
        worker = self._site.manage("consume", "trades")
        self._site.until(lambda: _has_open(worker.pid, self._opens))
        return worker

    def _applied_since(self, moment: int) -> bool:
        newest = self._lease()[1]
        return newest is not None and clock.from_iso(newest) > moment

    def _lease(self) -> tuple[str, str | None]:
        """Its owner, the arrival of the newest record applied."""
        found: list[tuple[str, str | None]] = self._site.query("SELECT owner, newest FROM streams_lease")
        return found[0]


def _has_open(pid: int, path: Path) -> bool:
    """Whether a process has got as far as opening a file."""
    with suppress(FileNotFoundError):  # a descriptor that was closed while we looked
        return any(link.readlink() == path for link in Path(f"/proc/{pid}/fd").iterdir())
    return False
