"""Whether memory stays flat: the resident size of each process under steady load.

`produce trades --rate 5000`, `consume trades`, uvicorn with 5 sockets that watch `market`, for --minutes. The resident
size is read every 10 s; the slope is that of the straight line through what was read after the first minute (or the
first half, if that is less). Python's allocator grows in steps of a quarter of a MiB or more, so that two minutes show
a leak only if it is large.
"""

from collections.abc import Iterator
from statistics import linear_regression
from time import monotonic, sleep

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, new_site, resident

RATE = 5000  # records a second
SOCKETS = 5
LOOKS_A_MINUTE = 6
MIB = 1 << 20
FLAT = Aim(0.5)  # MiB a minute

Sizes = dict[str, list[tuple[float, float]]]  # process → minutes, MiB


def run(options: Options) -> Iterator[Figure]:
    minutes = options.minutes / 10 if options.brief else options.minutes
    with new_site() as site:
        sizes = watch(site, minutes, every=60 / LOOKS_A_MINUTE * (minutes / options.minutes))
    for name, points in sizes.items():
        times, values = zip(*(point for point in points if point[0] >= min(1, minutes / 2)), strict=True)
        yield Figure(f"{name}: slope", "MiB/min", [linear_regression(times, values).slope], FLAT)
        yield Figure(f"{name}: resident", "MiB", values)


def watch(site: Site, minutes: float, every: float) -> Sizes:
    """Looks every so many seconds."""
    site.run("streams", "create", "trades")
    consumer = site.manage("consume", "trades")
    producer = site.manage("produce", "trades", "--rate", str(RATE))
    cookie, (address, server) = site.sign_in(), site.serve()
    site.until(lambda: site.applied("trades"))
    clients = site.part("clients", address, cookie, str(SOCKETS))
    processes = {"producer": producer.pid, "consumer": consumer.pid, "uvicorn": server}
    sizes: Sizes = {name: [] for name in processes}
    began = monotonic()
    for look in range(round(minutes * 60 / every) + 1):
        sleep(max(0.0, began + look * every - monotonic()))
        for name, pid in processes.items():
            sizes[name].append(((monotonic() - began) / 60, resident(pid) / MIB))
    clients.finish("0")
    return sizes
