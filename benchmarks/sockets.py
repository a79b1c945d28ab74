"""From a commit to 500 sockets of one uvicorn process, beside Channels' own `group_send`.

A process of its own holds 500 sockets, all subscribed to `market`, each offering compression as browsers do, with one
signed-in session. Another, a few lines of SQL, writes a trade's row and TopicVersion in one durable transaction, 4
times a second for 20 s. For each version and socket: from the return of COMMIT until the client has read the bytes of
that version or a newer one, not yet decoded. First to last: the time between the first and the last of the sockets to
get a version. A final state is lost when a socket has not got the last version 3 s after the last commit.

Peer: Channels' group_send with the in-memory layer, in a minimal application (no session, no database) under the same
uvicorn with the same clients, the same text at the same rate; from just before group_send. It is told of each change,
where the hub has to see it in the database, at most every 100 ms. The rounds alternate.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from os import sysconf
from pathlib import Path
from statistics import median
from time import sleep
from typing import NamedTuple
from urllib.request import Request, urlopen

from benchmarks.figures import Aim, Figure, Latencies, percentile
from benchmarks.options import Options
from benchmarks.site import Part, Site, new_site, resident
from tests.processes import stat

ROUNDS = 3
SOCKETS = 500
SECONDS = 20
RATE = 4  # versions a second
KIB = 1024

Stamps = list[tuple[int, float]]  # version, milliseconds; the version grows


class Measured(NamedTuple):
    latencies: list[float]  # milliseconds
    spreads: list[float]  # milliseconds between the first and the last socket of a version
    lost: int  # sockets without the final state
    memory: float  # KiB a socket
    work: float  # seconds of CPU of the server, a second


RATIOS: dict[str, Callable[[Measured], float]] = {
    "p50": lambda measured: percentile(measured.latencies, 50),
    "p99": lambda measured: percentile(measured.latencies, 99),
    "first to last": lambda measured: median(measured.spreads),
    "CPU": lambda measured: measured.work,
}


class Server(NamedTuple):
    address: str
    pid: int
    cookie: str


def run(options: Options) -> Iterator[Figure]:
    sockets, seconds = options.amount(SOCKETS), options.amount(SECONDS)
    ours, theirs = [], []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            text, measured = hub(site, sockets, seconds)
            ours.append(measured)
            theirs.append(group_send(site, text, sockets, seconds))
    yield from _figures("hub", ours, Aim(150), Aim(0, every=True))
    yield from _figures("group_send", theirs)
    for what, of in RATIOS.items():
        pairs = zip(theirs, ours, strict=True)
        yield Figure(f"group_send ÷ hub: {what}", "×", [of(their) / of(our) for their, our in pairs])


def hub(site: Site, sockets: int, seconds: int) -> tuple[str, Measured]:
    """Returns the text that is sent, and the measurements."""
    site.run("produce", "trades", "--rate", "0", "--count", "20000")
    site.run("consume", "trades", "--until-caught-up")
    cookie = site.sign_in()
    address, pid = site.serve()
    request = Request(f"http://{address}/live/market.json", headers={"Cookie": cookie})
    with urlopen(request) as answer:
        text = answer.read().decode()
    bump = ("bump_version", str(site.database))
    return text, _measure(site, Server(address, pid, cookie), bump, sockets, seconds)


def group_send(site: Site, text: str, sockets: int, seconds: int) -> Measured:
    path = site.folder / "text.json"
    path.write_text(text)
    address, pid = site.serve("benchmarks.parts.group_send:application", BENCHMARK_TEXT=str(path))
    return _measure(site, Server(address, pid, ""), ("bump_group", address), sockets, seconds)


def _measure(site: Site, server: Server, bump: tuple[str, str], sockets: int, seconds: int) -> Measured:
    _clients(site, server, 1).finish("0")  # so that nothing is loaded for the first time while we measure
    empty = resident(server.pid)
    clients = _clients(site, server, sockets)
    name, where = bump
    bumps = site.part(name, where, str(RATE))
    before = worked(server.pid)
    sleep(seconds)
    stamps: Stamps = bumps.finish()
    work = (worked(server.pid) - before) / seconds
    full = resident(server.pid)
    received: list[Stamps] = clients.finish(str(stamps[-1][0]))
    taken = list(by_version(stamps, received))
    latencies, spreads = [one for each in taken for one in each], [max(each) - min(each) for each in taken]
    lost = sum(not each or each[-1][0] < stamps[-1][0] for each in received)
    return Measured(latencies, spreads, lost, (full - empty) / sockets / KIB, work)


def _clients(site: Site, server: Server, count: int) -> Part:
    """Ready when each socket has had its first message."""
    return site.part("clients", server.address, server.cookie, str(count))


def by_version(stamps: Stamps, received: list[Stamps]) -> Iterator[list[float]]:
    """For each version, how long it took to each socket that got it or a newer one."""
    versions = [[version for version, _ in each] for each in received]
    for version, stamp in stamps:
        places = [bisect_left(each, version) for each in versions]
        if found := [each[place][1] - stamp for each, place in zip(received, places, strict=True) if place < len(each)]:
            yield found


def worked(pid: int) -> float:
    """Seconds of CPU that a process has had."""
    fields = stat(Path(f"/proc/{pid}"))
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


def _figures(name: str, measured: list[Measured], p99: Aim | None = None, lost: Aim | None = None) -> Iterator[Figure]:
    yield from Latencies(f"{name}: commit to socket", [each.latencies for each in measured]).figures(p99=p99)
    yield Figure(f"{name}: first to last socket, median", "ms", [median(each.spreads) for each in measured])
    yield Figure(f"{name}: final states lost", "", [each.lost for each in measured], lost)
    yield Figure(f"{name}: memory a socket", "KiB", [each.memory for each in measured])
    yield Figure(f"{name}: CPU of the server", "%", [each.work * 100 for each in measured])
