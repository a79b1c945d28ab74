"""Archiving beside `consume trades`, a question over ten million trades beside its peers, sizes, and replay.

Archiving: a stream holds the records; from the spawn of `manage.py consume NAME --until-caught-up` until it ended, less
the same on a stream that is empty. `archive` and `trades` in turns. CPU time is that of the process and of its threads.

Question: trades, shares and the highest price by minute, over files of a million trades each, in the columns of the
archive; `ask` with its process, and with the two threads that it may have. SQLite has a tenth of the rows, and its
seconds are multiplied by ten; PyArrow reads the needed columns and groups them; pandas too, after `make bench-peers`.

Size: the Parquet files of the archived records beside their lines in gzip, level 6. Replay: `archive replay`.
"""

import gzip
import resource
import subprocess
import sys
from collections.abc import Iterator
from random import Random
from time import perf_counter
from typing import NamedTuple

from applications.market.generator import Trades
from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import PATIENCE, Site, found_by, new_site
from tests.deployment import ROOT

ROUNDS = 3
RECORDS = 500_000
ASKED = 10_000_000
LINES = 100_000
ARCHIVED, ANSWERED = Aim(150_000, at_least=True), Aim(2)
APPLICATIONS = {"archive": ("archive", "--stream", "trades"), "trades": ("trades",)}


class Took(NamedTuple):
    """Holds seconds of a command."""

    clock: float
    processor: float


def run(options: Options) -> Iterator[Figure]:
    records = options.amount(RECORDS)
    took: dict[str, list[Took]] = {name: [] for name in (*APPLICATIONS, "replay")}
    sizes = []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            idle = _idle(site)
            site.run("produce", "trades", "--rate", "0", "--count", str(records), "--seed", "1")
            for name, words in APPLICATIONS.items():
                took[name].append(_less(_took(site, "consume", *words, "--until-caught-up"), idle))
            took["replay"].append(_less(_took(site, "archive", "replay", "trades"), idle))
            [row] = site.rows("archive", "list")
            sizes.append(row["bytes"] / row["records"])
    speeds = {name: [records / each.clock for each in found] for name, found in took.items()}
    costs = {name: [records / each.processor for each in found] for name, found in took.items()}
    yield Figure("archiving", "records/s", speeds["archive"], ARCHIVED)
    yield Figure("archiving, each CPU second", "records", costs["archive"])
    yield Figure("trades, each CPU second", "records", costs["trades"])
    yield Figure("archiving ÷ trades, by CPU", "×", _ratio(costs["archive"], costs["trades"]))
    yield Figure("replay", "records/s", speeds["replay"])
    yield Figure("replay, each CPU second", "records", costs["replay"])
    yield Figure("archive, a record", "B", sizes)
    packed = _gzipped()
    yield Figure("lines of JSON in gzip, a record", "B", [packed])
    yield Figure("archive ÷ gzip", "×", [size / packed for size in sizes])
    yield from _questions(options)


def _questions(options: Options) -> Iterator[Figure]:
    found = found_by("archive_questions", str(options.amount(ASKED)), str(len(options.rounds(ROUNDS))))
    ours = found["ask"]
    yield Figure("ask: ten million by minute", "s", [clock for clock, _ in ours], ANSWERED)
    yield Figure("ask: CPU", "s", [processor for _, processor in ours])
    if "pandas" not in found:
        print("\npandas was not run: build/bench-peers has none; `make bench-peers` installs it.")
    for name in sorted(set(found) - {"ask"}):
        yield Figure(f"{name}: the same", "s", [clock for clock, _ in found[name]])
        yield Figure(f"{name} ÷ ask", "×", _ratio([clock for clock, _ in found[name]], [clock for clock, _ in ours]))


def _idle(site: Site) -> Took:
    site.run("streams", "create", "trades")
    return _took(site, "consume", "archive", "--stream", "trades", "--until-caught-up")


def _took(site: Site, *words: str) -> Took:
    """Runs a command to its end."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    subprocess.run(command, env=site.environment, check=True, capture_output=True, timeout=PATIENCE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(perf_counter() - began, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _less(took: Took, idle: Took) -> Took:
    return Took(max(took.clock - idle.clock, 1e-3), max(took.processor - idle.processor, 1e-3))


def _gzipped() -> float:
    lines = b"\n".join(data for _, data in Trades(Random(1)).take(LINES))
    return len(gzip.compress(lines, 6)) / LINES


def _ratio(one: list[float], other: list[float]) -> list[float]:
    return [mine / theirs for mine, theirs in zip(one, other, strict=True)]
