"""From a record's arrival to the frame of a real browser that shows it.

`produce trades --rate 1000`, `consume trades`, uvicorn, and a Chromium that is signed in and watches /market/, all on
this machine, for 3 times 20 s. pixel.js, put into the page before its own scripts, notes for each `market` message when
its numbers stand in the document, and takes the time at the start of the frame after that one, when they have been
painted.

Newest record: for each message, from the arrival stamp of the newest record in it until then. Every record: for each
batch that the stream stored, from its arrival stamp until the first frame that holds it, so that waiting for the next
message counts too.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from time import sleep
from urllib.parse import urljoin

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Aim, Figure, Latencies, waits
from benchmarks.options import Options
from benchmarks.site import Site, new_site
from tests.deployment import ROOT
from tests.waiting import wait_for

RUNS = 3
SECONDS = 20
WARM_UP = 3  # seconds
RATE = 1000  # records a second
SCRIPT = Path(__file__).with_suffix(".js")
CHANGES = ROOT / "dashboard/frontend/changes.js"
CHROMIUM = ["--no-sandbox"]  # it sees our own page only, and a container lets it have no sandbox

Frames = list[tuple[int, float]]  # arrival of the newest record shown, when it was seen; both milliseconds


def run(options: Options) -> Iterator[Figure]:
    newest, every = Latencies("newest record to frame"), Latencies("every record to frame")
    with new_site() as site:
        runs = list(watch(site, len(options.rounds(RUNS)), options.amount(SECONDS)))
        batches = [arrived for _, arrived in site.batches()]
    for frames in runs:
        newest.runs.append([seen - arrived for arrived, seen in frames])
        every.runs.append(list(waits(frames, batches)))
    yield from newest.figures(Aim(250), Aim(1000))
    yield from every.figures()
    yield Figure("messages a second", "", [len(frames) / options.amount(SECONDS) for frames in runs])


def watch(site: Site, runs: int, seconds: int) -> Iterator[Frames]:
    """The frames of each run."""
    site.run("streams", "create", "trades")
    site.manage("consume", "trades")
    site.manage("produce", "trades", "--rate", str(RATE))
    cookie, (address, _) = site.sign_in(), site.serve()
    site.until(lambda: site.applied("trades"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=CHROMIUM)
        try:
            page = watched(browser.new_page(), f"http://{address}/market/", cookie, SCRIPT)
            for _ in range(runs):
                page.evaluate("takeFrames()")
                sleep(seconds)
                yield [(arrived, seen) for arrived, seen in page.evaluate("takeFrames()")]
        finally:
            browser.close()


def watched(page: Page, url: str, cookie: str, script: Path) -> Page:
    """Opens an address in a page that is signed in, and waits until the script has taken frames for a while."""
    open_page(page, url, cookie, script)
    wait_for(lambda: page.evaluate("framesTaken()"))  # not wait_for_function, which the page's policy forbids
    sleep(WARM_UP)
    return page


def open_page(page: Page, url: str, cookie: str, script: Path) -> None:
    """Opens an address in a page that is signed in by a cookie, with a script before the page's own."""
    name, _, value = cookie.partition("=")
    # The cookie is of the whole site: with the page's own address, the browser would keep it from the socket.
    page.context.add_cookies([{"name": name, "value": value, "url": urljoin(url, "/")}])
    page.add_init_script(CHANGES.read_text().replace("export ", "") + script.read_text())
    page.goto(url)
