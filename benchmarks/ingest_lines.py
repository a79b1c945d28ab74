"""Lines a second that `produce lines` puts into an embedded stream, with every fsync, and a plain loop beside it.

The file has lines of 95 bytes. Millrace is one process, from its first step until the last record is durable, as its
own end line tells; the start of Python is left out of both. The peer is the loop that a person writes first: a line,
`json.loads`, its key, and a put of each 500 records into the same stream; it tells of no bad line. They alternate.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, found_by, new_site

ROUNDS = 3
LINES = 300_000
AIM = Aim(200_000, at_least=True)
FORMS = {
    "JSON lines, a key of text": ["--file", "lines.jsonl", "--key", "ticker"],
    "JSON lines, a key of a number": ["--file", "lines.jsonl", "--key", "id"],
    "JSON lines, random keys": ["--file", "lines.jsonl", "--random-key"],
    "plain text": ["--file", "lines.jsonl", "--format", "text"],
    "CSV, six columns": ["--file", "lines.csv", "--key", "ticker"],
}
AIMED = ("JSON lines, a key of text", "JSON lines, random keys", "plain text")
TICKERS = ("AMZN", "AAPL", "MSFT", "GOOG", "NFLX", "TSLA", "INTC", "ORCL")


def run(options: Options) -> Iterator[Figure]:
    ours: dict[str, list[float]] = {name: [] for name in FORMS}
    plain: list[float] = []
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            write(site.folder, options.amount(LINES))
            for place, (name, words) in enumerate(FORMS.items()):
                ours[name].append(put(site, f"lines-{place}", words))
            told = found_by("lines_plainly", str(site.folder / "lines.jsonl"), "ticker", environment=site.environment)
            plain.append(told["records"] / told["seconds"])
    for name, figures in ours.items():
        yield Figure(name, "lines/s", figures, AIM if name in AIMED else None)
    yield Figure("peer: a plain loop, JSON lines, a key of text", "lines/s", plain)
    keyed = ours[AIMED[0]]
    yield Figure("ours ÷ the plain loop", "×", [our / their for our, their in zip(keyed, plain, strict=True)])


def write(folder: Path, count: int) -> None:
    """Writes the same trades as JSON lines of 95 bytes and as CSV."""
    rng = Random(1)
    with (folder / "lines.jsonl").open("w") as lines, (folder / "lines.csv").open("w") as table:
        table.write("id,ticker,price,quantity,side,at\n")
        for number in range(1_000_000, 1_000_000 + count):
            ticker, price = rng.choice(TICKERS), f"{rng.randrange(10_000, 99_999) / 100:.2f}"
            quantity, at = rng.randrange(10_000, 99_999), 1_795_790_985_477 + number
            table.write(f"{number},{ticker},{price},{quantity},BUY,{at}\n")
            lines.write(
                f'{{"id":{number},"ticker":"{ticker}","price":{price},"quantity":{quantity},"side":"BUY","at":{at}}}\n'
            )


def put(site: Site, stream: str, words: list[str]) -> float:
    """Returns lines a second."""
    told = json.loads(site.run("produce", "lines", "--stream", stream, "--json", *words))
    assert told["skipped"] == 0, told
    return float(told["records"] / told["seconds"])
