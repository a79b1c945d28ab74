"""Measures the page of a ticker with 30 years of daily bars: frames while it moves, the first chart, and its scripts.

A headless Chromium without a graphics card, bound to one core, is signed in. quotes.js pulls the chart to and fro, as a
hand does, in views of one, five and 22 years with three averages, and of five tickers; a frame is drawn each time the
browser asks for one, at most 60 a second. The first chart is the time from the navigation to the frame in which the
canvas of the chart is drawn, the scripts being in the browser's cache.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import sleep

from playwright.sync_api import Page

from benchmarks.board_map import cpu, page_on_one_core
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.options import Options
from benchmarks.pixel import WARM_UP
from benchmarks.site import Site, found_by, new_site
from tests.dashboard.test_script_sizes import FRAME, size
from tests.waiting import wait_for

DAYS = 7_560  # bars in 30 years
RUNS, OPENED = 3, 9
SECONDS = 5
VIEWS = {
    "1 year": "range=1y&sma=20&sma=50&sma=200",
    "5 years": "range=5y&sma=20&sma=50&sma=200",
    "22 years": "range=22y&sma=20&sma=50&sma=200",
    "5 tickers, 5 years": "range=5y&compare=OTHER2,OTHER3,OTHER4,OTHER5",
}
FIRST = {"1 year of bars": "SHORT/", "30 years of bars, the last one shown": "LONG/", "30 years": "LONG/?range=all"}
SCRIPT = Path(__file__).with_suffix(".js")


def run(options: Options) -> Iterator[Figure]:
    with new_site() as site, _page(site) as (page, address):
        for words, query in VIEWS.items():
            yield from _panned(page, f"{address}LONG/?{query}", words, options)
        times = _first_charts(page, address, len(options.rounds(OPENED)))
    least = median(times["1 year of bars"])
    for words, found in times.items():
        yield Figure(f"first chart, {words}", "ms", found)
    for words in [*FIRST][1:]:
        yield Figure(f"{words} ÷ 1 year of bars", "×", [median(times[words]) / least], Aim(1.25))
    yield Figure("scripts of the page, compressed", "KiB", [size([*FRAME, "quote.js"]) / 1024], Aim(120))


def _panned(page: Page, url: str, words: str, options: Options) -> Iterator[Figure]:
    page.goto(url)
    wait_for(lambda: page.query_selector("[data-whole]"))
    sleep(WARM_UP)
    rates, by_cpu, slow = [], [], []
    for _ in options.rounds(RUNS):
        before = cpu()
        frames: list[float] = page.evaluate(f"pan({options.amount(SECONDS)})")
        by_cpu.append(len(frames) / (cpu() - before))
        rates.append(1000 * len(frames) / sum(frames))
        slow.append(percentile(frames, 95))
    yield Figure(words, "frames/s", rates, Aim(50, at_least=True))
    yield Figure(f"{words}: p95 of a frame", "ms", slow)
    yield Figure(f"{words}, by CPU time", "frames/s", by_cpu, Aim(50, at_least=True))


def _first_charts(page: Page, address: str, count: int) -> dict[str, list[float]]:
    """Opens each page in turn; returns the milliseconds until the first chart."""
    found: dict[str, list[float]] = {words: [] for words in FIRST}
    for place in range(count + 1):
        for words, path in FIRST.items():
            page.goto(f"{address}{path}")
            time = wait_for(lambda: page.evaluate("globalThis.firstChart"))
            if place:  # the first fills the browser's cache
                found[words].append(time)
    return found


@contextmanager
def _page(site: Site) -> Iterator[tuple[Page, str]]:
    """Opens the list of quotes in a browser on one core; yields the page, and the address of the list."""
    found_by("quote_bars", str(DAYS), environment=site.environment)
    cookie, (host, _) = site.sign_in(), site.serve()
    address = f"http://{host}/quotes/"
    with page_on_one_core(address, cookie, SCRIPT, core=max) as page:
        yield page, address
