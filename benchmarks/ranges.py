"""Measures what a year on the pages of the market costs beside a day, in a database with the longer steps of a year.

`parts/year.py` stores them, and times the whole pages and the JSON of the charts for a day, a week, a month and a
year, in turns, in UTC and in the days of a zone in which clocks change ("zoned"); then the building of the steps around
one minute, which a worker does every few seconds. All of it is CPU time, with that of SQLite.
"""

from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by, new_site

YEAR = 366  # days
PATIENCE = 900  # seconds
RATIO = Aim(1.2)


def run(options: Options) -> Iterator[Figure]:
    with new_site() as site:
        found = found_by("year", str(options.amount(YEAR)), environment=site.environment, patience=PATIENCE)
    for name, seconds in found["looks"].items():
        yield Figure(name, "ms", [1000 * each for each in seconds])
    pages = ("market", "ticker", "json", "board", "data")
    for of in (*pages, *(f"{page}-zoned" for page in pages)):
        day, year = (median(found["looks"][f"{of} {text}"]) for text in ("24h", "365d"))
        yield Figure(f"{of}: a year ÷ a day", "×", [year / day], RATIO)
    yield Figure(
        "a worker builds the steps around a minute of 20 tickers", "ms", [1000 * each for each in found["roll"]]
    )
