"""From a record's arrival to another person's socket, beside an account whose sockets do their worst.

`produce trades --rate 1000`, `consume trades`, and uvicorn with SOCKET_LIMIT at 100. One person watches `market` with
one socket. Another has 100 sockets (parts/hostile.py): a fifth each floods the server with subscriptions to topics that
do not exist, sends messages of 64 KiB, pings without reading, reads a byte a second of all topics, or leaves and comes
again; whenever one is hung up on, it is opened again at once. Calm and hostile seconds take turns in one run.

For each batch that the stream stored: from its arrival stamp until the watcher has read the first message that holds
it. Memory is the highest that the server's resident size ever was.
"""

from collections.abc import Iterator
from pathlib import Path
from time import sleep

from benchmarks.figures import Aim, Figure, Latencies, waits
from benchmarks.options import Options
from benchmarks.site import Site, new_site

ROUNDS = 2
SOCKETS = 100
SECONDS = 10  # calm, and then as many hostile
WARM_UP = 2  # seconds
RATE = 1000  # records a second
SECOND = Aim(1000)  # milliseconds, the longest included
MEMORY = Aim(200, every=True)  # MB

Seen = list[tuple[int, float]]  # arrival of the newest record of a message, when it was read; both milliseconds


def run(options: Options) -> Iterator[Figure]:
    calm, beside = Latencies("calm: record to socket"), Latencies("beside 100 hostile sockets: record to socket")
    reopened: list[int] = []
    lost: list[int] = []
    peaks: list[float] = []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            address, server, watcher = _start(site)
            calm.runs.append(_watched(site, watcher, address, options, lost))
            enemy = site.part("hostile", address, site.sign_in("enemy"), str(SOCKETS))
            beside.runs.append(_watched(site, watcher, address, options, lost))
            reopened.append(sum(enemy.finish().values()))
            peaks.append(peak(server) / 1e6)
    yield from calm.figures()
    yield from beside.figures(SECOND, SECOND, SECOND)
    pairs = zip(calm.percentiles(99), beside.percentiles(99), strict=True)
    yield Figure("hostile ÷ calm: p99", "×", [loud / quiet for quiet, loud in pairs])
    yield Figure("sockets that the watcher lost", "", lost, Aim(0, every=True))
    yield Figure("sockets that the hostile account opened", "", reopened)
    yield Figure("uvicorn: most memory ever", "MB", peaks, MEMORY)


def _start(site: Site) -> tuple[str, int, str]:
    """Returns host:port and process id of the server, and the watcher's cookie."""
    site.run("streams", "create", "trades")
    site.manage("consume", "trades")
    site.manage("produce", "trades", "--rate", str(RATE))
    cookie = site.sign_in()
    address, server = site.serve(SOCKET_LIMIT=str(SOCKETS))
    site.until(lambda: site.applied("trades"))
    return address, server, cookie


def _watched(site: Site, cookie: str, address: str, options: Options, lost: list[int]) -> list[float]:
    """Returns milliseconds from arrival to socket of each batch of these seconds."""
    part = site.part("watcher", address, cookie)
    sleep(WARM_UP)
    sleep(options.amount(SECONDS))
    seen, ends = part.finish()
    lost.append(len(ends))
    return list(waits(seen, [arrived for _, arrived in site.batches()]))


def peak(pid: int) -> int:
    """Returns the most bytes of memory that a process ever held."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024
