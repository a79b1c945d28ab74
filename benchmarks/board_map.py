"""Measures how smoothly a browser moves things on the map of a board, and the cost of their snapshot for the server.

A headless Chromium without a graphics card, bound to one core, is signed in and shows a board with a map. board_map.js
gives the map a snapshot each second, as the page does with those that the server sends, in which every thing has moved
on; between them things glide. Frames are those that the browser asks the page for, at most 60 a second.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from statistics import median
from time import sleep

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Aim, Figure, percentile
from benchmarks.options import Options
from benchmarks.pixel import CHROMIUM, WARM_UP, open_page
from benchmarks.site import Site, found_by, new_site
from tests.deployment import ROOT
from tests.processes import stat

RUNS = 3
SECONDS = 10
THINGS = [(500, 20), (5000, 2)]  # moving things, positions of each: as many as the server sends
SCRIPT = Path(__file__).with_suffix(".js")
ARGUMENTS = [*CHROMIUM, "--disable-gpu"]
BOARD = ROOT / "examples" / "wild-rydes"


def run(options: Options) -> Iterator[Figure]:
    with new_site() as site, _page(site) as page:
        for count, trail in THINGS:
            _moved(page, count, trail, WARM_UP)
            runs = [_moved(page, count, trail, options.amount(SECONDS)) for _ in options.rounds(RUNS)]
            words = f"{count:,} moving things"
            rates = [1000 * len(frames) / sum(frames) for frames, _ in runs]
            yield Figure(words, "frames/s", rates, Aim(30, at_least=True))
            yield Figure(f"{words}: p95 of a frame", "ms", [percentile(frames, 95) for frames, _ in runs])
            by_cpu = [len(frames) / cpu for frames, cpu in runs]
            yield Figure(f"{words}, by CPU time", "frames/s", by_cpu, Aim(30, at_least=True))
    with new_site() as site:
        found = found_by("map_snapshots", environment=site.environment)
    for name, times in found["seconds"].items():
        yield Figure(name, "ms", [1000 * median(times)])
    yield Figure("snapshot of 5,000 things", "KiB", [found["bytes"] / 1024])


def _moved(page: Page, count: int, trail: int, seconds: int) -> tuple[list[float], float]:
    """Moves things for so many seconds; returns the milliseconds between frames, and the browser's CPU seconds."""
    before = cpu()
    frames: list[float] = page.evaluate(f"moveThings({count}, {trail}, {seconds})")
    return frames, cpu() - before


def cpu() -> float:
    """Returns the CPU seconds of all Chromium processes that descend from this one."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields, name = stat(folder), (folder / "comm").read_text()
            parents[int(folder.name)] = int(fields[1])
            ticks[int(folder.name)] = int(fields[11]) + int(fields[12]) if "chrom" in name else 0
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _page(site: Site) -> Iterator[Page]:
    """Opens a board with a map in a browser on one core."""
    site.run("sql", "deploy", "wild-rydes", str(BOARD))
    site.run("boards", "apply", str(BOARD / "board.toml"), "--name", "wild-rydes")
    cookie, (address, _) = site.sign_in(), site.serve()
    with page_on_one_core(f"http://{address}/boards/wild-rydes/", cookie, SCRIPT, core=min) as page:
        sleep(WARM_UP)
        yield page


@contextmanager
def page_on_one_core(url: str, cookie: str, script: Path, core: Callable[[set[int]], int]) -> Iterator[Page]:
    """Opens an address in a browser without a graphics card, on the core that `core` chooses of those there are."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core(cores)})  # the browser's processes inherit it
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=which("chromium"), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            open_page(page, url, cookie, script)
            yield page
            browser.close()
    finally:
        os.sched_setaffinity(0, cores)
