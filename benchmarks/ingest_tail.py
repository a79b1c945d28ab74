"""Lines a second of `manage.py produce tail`, beside a naive tail loop on the same file and the same kind of stream.

The file is there before the start; the time is that of the command's own report, from its first look at the files to
the end of the last put. Each batch is one transaction with the position, with every fsync. The naive loop
(benchmarks.parts.naive_tail) stores its offset after each put of 500; it knows neither rotation nor exactly once.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import Site, found_by, new_site

ROUNDS = 3
LINES = 1_000_000
AIM = Aim(100_000, at_least=True)
KEYS = {"random": '"random"', "tickerSymbol": '{field = "tickerSymbol"}'}
KINDS = {"random": "random key", "tickerSymbol": "key from JSON"}


def run(options: Options) -> Iterator[Figure]:
    found: dict[tuple[str, str], list[float]] = {}
    for _ in options.rounds(ROUNDS):
        with new_site() as site:
            path = site.folder / "trades.log"
            lines = options.amount(LINES)
            write(path, lines)
            for key in KEYS:
                found.setdefault(("tail", key), []).append(tail(site, path, key, lines))
                found.setdefault(("naive", key), []).append(naive(site, path, key, lines))
    for key, kind in KINDS.items():
        ours, theirs = found["tail", key], found["naive", key]
        yield Figure(f"produce tail, {kind}", "lines/s", ours, AIM)
        yield Figure(f"a naive tail loop, {kind}", "lines/s", theirs)
        yield Figure(
            f"produce tail ÷ naive, {kind}", "×", [our / their for our, their in zip(ours, theirs, strict=True)]
        )


def write(path: Path, lines: int) -> None:
    """Writes trades of about 95 bytes."""
    with path.open("w") as file:
        for number in range(lines):
            trade = {"tickerSymbol": f"T{number % 25:02}", "tradeType": "BUY", "price": 101.25, "quantity": 1000,
                     "id": number}  # fmt: skip
            file.write(json.dumps(trade, separators=(",", ":")) + "\n")


def tail(site: Site, path: Path, key: str, lines: int) -> float:
    """Returns lines a second."""
    config = site.folder / f"{key}.toml"
    config.write_text(f'[[flow]]\nfiles = "{path}"\nstream = "tail-{key}"\nkey = {KEYS[key]}\n')
    site.environment["VAR_DIR"] = str(site.folder / "var")
    said = json.loads(site.run("produce", "tail", "--config", str(config), "--until-caught-up", "--json"))
    [flow] = said["flows"]
    assert flow["records"] == lines, flow
    return float(lines / flow["seconds"])


def naive(site: Site, path: Path, key: str, lines: int) -> float:
    """Returns lines a second."""
    found = found_by("naive_tail", str(path), str(site.streams), f"naive-{key}", key)
    assert found["records"] == lines, found
    return float(lines / found["seconds"])
