"""Whether 4,000 clients that never end their headers hold up the others.

They come through TLS, all within a few seconds, each says half a header and one more of its bytes every three seconds,
until nginx cuts it off. One signed-in visitor asks for /market/ without a pause, from before the first until after the
last.
"""

from collections.abc import Iterator
from time import sleep

from benchmarks.deploy.site import PAGE, WATCHER, client, deployed
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.options import Options
from tests.deploy.site_client import Load, Visitor

CONNECTIONS = 4000
ROUNDS = 3
SETTLED = 2  # seconds


def run(options: Options) -> Iterator[Figure]:
    loads, found = [], []
    with deployed(limited=False) as stack:
        for _ in options.rounds(ROUNDS):
            with (
                client(stack, "slow_headers", str(options.amount(CONNECTIONS))) as slow,
                Load([Visitor(stack).sign_in(WATCHER)], PAGE) as load,
            ):
                found.append(slow.finish("go"))
                sleep(SETTLED)
            loads.append(load)
    yield Figure("slow connections, most at once", "", [each["most"] for each in found])
    yield Figure("slow connections that nginx cut off", "", [each["cut"] for each in found])
    yield Figure("longest that one was borne", "s", [each["longest"] for each in found], Aim(12))
    yield Figure("normal requests", "", [len(load.seconds) for load in loads])
    yield Figure("normal requests that failed", "", [len(load.failures) for load in loads], Aim(0, every=True))
    for percent, aim in ((50, None), (99, Aim(100))):
        times = [percentile(load.seconds, percent) * 1000 for load in loads]
        yield Figure(f"normal requests, p{percent}", "ms", times, aim)
