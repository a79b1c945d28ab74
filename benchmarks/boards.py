"""Measures a board of 12 panels with 100 and with 2,000 viewers, and the way of a record to a panel without code.

Looks: `parts/board_rows.py` stores an hour of trades and of a panel without code, and makes a board of 12 panels.
`parts/board_looks.py` has a hub with 100 subscribers look at it, each time after new versions of both streams: the
time until all of them have the text, and the CPU time of it.

Record to frame: `produce trades --rate 1000`, and a worker of an application that is written as panels without code
are, but for windows of 1 s: the count of trades for each ticker. A Chromium watches a board of its number, ranking
and curve, and board_pixel.js notes each message as pixel.js does. Newest record: from the arrival of the newest record
that the message covers until the frame after the one with its numbers. Window: from the end of a window until that
frame of the first message with its rows, so the wait for a commit and for the hub counts too.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from time import sleep

from playwright.sync_api import sync_playwright

from benchmarks.figures import Aim, Figure, Latencies
from benchmarks.options import Options
from benchmarks.pixel import CHROMIUM, watched
from benchmarks.site import Site, found_by, new_site
from tests.deployment import ROOT

ROUNDS = 3
VIEWERS, MANY, LOOKS = 100, 2_000, 20
SECONDS, RATE = 20, 1000
SCRIPT = ROOT / "benchmarks/board_pixel.js"
APPLICATION = """CREATE OR REPLACE STREAM "PANEL" ("tickerSymbol" VARCHAR(16), "count" BIGINT);
CREATE OR REPLACE PUMP "PANEL_PUMP" AS INSERT INTO "PANEL"
SELECT STREAM "S"."tickerSymbol", COUNT(*) FROM "SOURCE_SQL_STREAM_001" AS "S"
GROUP BY "S"."tickerSymbol", STEP("S".ROWTIME BY INTERVAL '1' SECOND);
"""
DATA = 'data = "counts/PANEL"\nfunction = "sum"\ncolumn = "count"'
BOARD = f"""title = "Pixel"
range = "2m"
[[panels]]
kind = "number"
{DATA}
[[panels]]
kind = "top"
{DATA}
by = "tickerSymbol"
[[panels]]
kind = "lines"
{DATA}
"""

Frame = tuple[int, int, float]  # milliseconds: arrival of the newest record, end of the last window, time when seen


def run(options: Options) -> Iterator[Figure]:
    looks, work, many = [], [], []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            made = found_by("board_rows", environment=site.environment)
            few, crowd = (
                found_by(
                    "board_looks",
                    *[made["topic"], str(viewers), str(options.amount(LOOKS)), *made["changes"]],
                    environment=site.environment,
                )
                for viewers in (VIEWERS, MANY)
            )
        looks.append(few["look"])
        work.append(few["cpu"])
        many.append(crowd["cpu"])
    yield from Latencies("12 panels, 100 viewers: look", looks).figures(p99=Aim(50))
    yield from Latencies("12 panels, 100 viewers: CPU of a look", work).figures()
    yield from Latencies("12 panels, 2,000 viewers: CPU of a look", many).figures()
    newest, window = Latencies("newest record to frame"), Latencies("end of a window to frame")
    with new_site() as site:
        for frames in watch(site, len(options.rounds(ROUNDS)), options.amount(SECONDS)):
            newest.runs.append([seen - arrived for arrived, _, seen in frames])
            window.runs.append(list(firsts(frames)))
    yield from newest.figures(Aim(150), Aim(400))
    yield from window.figures(Aim(150), Aim(400))


def firsts(frames: list[Frame]) -> Iterator[float]:
    """Yields how long each window waited for its first frame, without that of the first frame."""
    shown = frames[0][1]
    for _, end, seen in frames:
        if end > shown:
            yield seen - end
            shown = end


def watch(site: Site, runs: int, seconds: int) -> Iterator[list[Frame]]:
    """Yields the frames of each run."""
    site.run("streams", "create", "trades")
    site.manage("produce", "trades", "--rate", str(RATE))
    site.run("sql", "deploy", "counts", str(_folder(site.folder)))
    site.run("boards", "apply", str(_written(site.folder / "pixel.toml", BOARD)))
    site.manage("consume", "counts")
    cookie, (address, _) = site.sign_in(), site.serve()
    site.until(lambda: site.applied("counts"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=CHROMIUM)
        try:
            page = watched(browser.new_page(), f"http://{address}/boards/pixel/", cookie, SCRIPT)
            for _ in range(runs):
                page.evaluate("takeFrames()")
                sleep(seconds)
                yield [(arrived, end, seen) for arrived, end, seen in page.evaluate("takeFrames()")]
        finally:
            browser.close()


def _folder(under: Path) -> Path:
    """Writes the folder of the application, with the schema of an example."""
    folder = under / "counts"
    folder.mkdir()
    example = (ROOT / "examples/popular-stocks/application.toml").read_text()
    _written(folder / "application.toml", example.replace("popular-stocks", "counts"))
    _written(folder / "application.sql", APPLICATION)
    return folder


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
