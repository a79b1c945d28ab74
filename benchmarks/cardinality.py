"""Measures many tickers and sites: pages and snapshots with 20 to 200,000 of them, and a worker that meets them.

`parts/keys_pages.py` writes the rows straight into the database and asks for the pages; `parts/keys_worker.py` steps a
worker of `trades`, and one of `orders`, over a stream with two records of each key. The bounds on senders are those of
a fresh clone, so that of 200,000 keys most records go to the dead letters.
"""

from collections.abc import Iterator

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by, new_site

KEYS = (20, 2_000, 200_000)
PAGE = Aim(0.5)  # seconds, however many keys


def run(options: Options) -> Iterator[Figure]:
    for keys in KEYS[:2] if options.brief else KEYS:
        with new_site() as site:
            found = found_by("keys_pages", str(keys), environment=site.environment)
        for name, seconds in found["seconds"].items():
            yield Figure(f"{keys:,} keys: {name}", "s", seconds, PAGE)
        for name, size in found["bytes"].items():
            yield Figure(f"{keys:,} keys: {name}", "kB", [size / 1000])
        for application in ("trades", "orders"):
            with new_site() as site:
                told = found_by("keys_worker", application, str(keys), environment=site.environment)
            yield Figure(f"{keys:,} keys: a commit of {application}", "s", told["commits"])
            yield Figure(f"{keys:,} keys: state of {application}", "kB", [told["state"] / 1000])
            yield Figure(f"{keys:,} keys: memory of its worker", "MB", [told["memory"] / 1000])
            yield Figure(f"{keys:,} keys: dead letters of {application}", "", [told["dead"]])
