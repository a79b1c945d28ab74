"""From put to commit at 1,000 records a second: how long until a record counts.

`manage.py produce trades --rate 1000` runs for 20 s beside `manage.py consume trades`. For each batch that the stream
stored: from its arrival stamp, taken inside the transaction that stores it, until another process sees the lease's
checkpoint past the batch's last record; that process looks every millisecond. Stamps are whole milliseconds, rounded
down.
"""

from bisect import bisect_left
from collections.abc import Iterator

from benchmarks.figures import Aim, Figure, Latencies
from benchmarks.options import Options
from benchmarks.site import Site, new_site

RUNS = 3
RATE = 1000  # records a second
SECONDS = 20
AIM = Aim(300)  # p99, milliseconds


def run(options: Options) -> Iterator[Figure]:
    latencies = Latencies(f"put to commit at {RATE:,}/s")
    for _ in options.rounds(RUNS):
        with new_site() as site:
            latencies.runs.append(put_to_commit(site, options.amount(SECONDS)))
    return latencies.figures(p99=AIM)


def put_to_commit(site: Site, seconds: int) -> list[float]:
    """Milliseconds, batch by batch."""
    site.run("streams", "create", "trades")
    site.manage("consume", "trades")
    site.wait_until_held("trades")
    watch = site.part("watch", str(site.database))
    site.run("produce", "trades", "--rate", str(RATE), "--duration", str(seconds))
    site.until(lambda: site.applied("trades") >= RATE * seconds)
    seen = watch.finish()  # [checkpoint, milliseconds], in order
    checkpoints = [checkpoint for checkpoint, _ in seen]
    return [seen[bisect_left(checkpoints, last)][1] - arrived for last, arrived in site.batches()]
