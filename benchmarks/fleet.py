"""Measures the gain of a second worker, and the cost of a full stream against an empty one. On the embedded stream.

Workers: a stream of two shards holds 6,000,000 trades, put beforehand, 13 of the 25 tickers in one and 12 in the
other. One `manage.py consume trades` reads both, or two read one each, in turns, with a database of their own: from
when every worker holds its share until the leases say that all are applied. Only the records applied in that time
counts.

Held: one growing stream of one shard; when it holds 100,000, 1,000,000 and 10,000,000 records, how long the newest
100,000 take to be read and decoded, one process (benchmarks/parts/newest.py).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from applications.market.generator import MEAN_PRICES
from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, found_by, new_site
from streams.core.hashing import hash_key
from tests.processes import stat

ROUNDS = 3
RECORDS = 6_000_000
SHARDS = 2
FIRST = "shardId-000000000000"
HELD = 10_000_000


class Rate(NamedTuple):
    by_clock: float  # records a second
    by_cpu: float  # records a second of the workers' CPU
    cores: float  # that the workers got


def run(options: Options) -> Iterator[Figure]:
    records = options.amount(RECORDS)
    rates: dict[int, list[Rate]] = {1: [], 2: []}
    larger = []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            larger.append(fill(site, records))
            for workers, found in rates.items():
                with new_site() as other:
                    other.environment["STREAM_URL"] = site.environment["STREAM_URL"]
                    found.append(rate(other, workers, records))
    one, two = rates.values()
    yield Figure("one worker on two shards", "records/s", [rate.by_clock for rate in one])
    yield Figure("two workers on two shards", "records/s", [rate.by_clock for rate in two])
    ratios = [both.by_clock / alone.by_clock for alone, both in zip(one, two, strict=True)]
    yield Figure("two workers ÷ one", "×", ratios, Aim(1.7, at_least=True))
    yield Figure("cores that two workers got", "", [rate.cores for rate in two])
    apiece = [both.by_cpu / alone.by_cpu for alone, both in zip(one, two, strict=True)]
    yield Figure("two workers ÷ one, by CPU time", "×", apiece)
    yield Figure("larger shard's part of the records", "%", larger)
    yield from held(options)


def fill(site: Site, records: int) -> float:
    """The larger shard's part, per cent: two workers end when it does."""
    middle = sorted(map(hash_key, MEAN_PRICES))[len(MEAN_PRICES) // 2]
    site.run("streams", "create", "trades")
    site.run("streams", "split", "trades", FIRST, "--at", str(middle))
    site.run("produce", "trades", "--rate", "0", "--count", str(records), "--seed", "1")
    [status] = site.rows("streams", "status", "trades")
    return float(max(shard["records"] for shard in status["shards"]) / records * 100)


def rate(site: Site, workers: int, records: int) -> Rate:
    pids = [site.manage("consume", "trades").pid for _ in range(workers)]
    site.until(lambda: owners(site) == (SHARDS, workers))
    began, before, used = perf_counter(), site.applied("trades"), cpu(pids)
    site.until(lambda: site.applied("trades") >= records)
    seconds, used = perf_counter() - began, cpu(pids) - used
    return Rate((records - before) / seconds, (records - before) / used, used / seconds)


def cpu(pids: list[int]) -> float:
    """Seconds that processes have computed."""
    found = (stat(Path(f"/proc/{pid}")) for pid in pids)
    return sum(int(fields[11]) + int(fields[12]) for fields in found) / os.sysconf("SC_CLK_TCK")


def owners(site: Site) -> tuple[int, int]:
    """How many leases are held, and by how many."""
    [found] = site.query("SELECT count(owner), count(DISTINCT owner) FROM streams_lease WHERE owner != ''")
    return int(found[0]), int(found[1])


def held(options: Options) -> Iterator[Figure]:
    with new_site() as site:
        found = found_by("newest", str(site.folder / "held.sqlite3"), str(options.amount(HELD)))
    first = found[0]["microseconds"]
    for one in found:
        yield Figure(f"reading the newest of {one['held']:,}", "µs a record", one["microseconds"])
    last = found[-1]
    ratios = [one / other for one, other in zip(last["microseconds"], first, strict=True)]
    yield Figure(f"{last['held']:,} held ÷ {found[0]['held']:,} held", "×", ratios, Aim(1.2))
