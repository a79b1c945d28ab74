"""Asks for trades, shares and the highest price by minute, over ROWS trades in files as the archive writes them.

Prints, for `ask` and each peer, the seconds by the clock and of the processor of each of ROUNDS runs.
"""

import importlib.util
import json
import os
import resource
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2] / "build/bench-peers"))  # PyArrow looks for NumPy once

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")

from archive.files import GROUP, TIME
from archive.questions.asking import Bounds, Question
from archive.questions.request import Column, Table
from tests.deployment import ROOT

A_FILE = 1_000_000  # rows
BEGIN, APART = 1_760_000_040_000, 6  # milliseconds: 10,000 trades a minute
SQL = """SELECT time_bucket(INTERVAL 1 minute, _arrived) AS minute, count(*) AS trades, sum(quantity) AS shares,
max(price) AS highest FROM trades GROUP BY minute ORDER BY minute"""
OF_SQLITE = "SELECT arrived / 60000, count(*), sum(quantity), max(price) FROM trades GROUP BY 1 ORDER BY 1"
NEEDED = ["_arrived", "quantity", "price"]
KINDS = {"_arrived": "TIMESTAMP WITH TIME ZONE", "quantity": "BIGINT", "price": "DOUBLE"}
TICKERS = pa.array([f"T{number:02}" for number in range(25)])
TENTH = 10  # of the rows, which SQLite has


def trades(first: int, count: int) -> pa.Table:
    """Returns trades with the columns of the archive."""
    ids = pa.array(range(first, first + count), pa.int64())
    chance = [pc.random(count, initializer=first + seed) for seed in range(4)]
    whole = [pc.cast(pc.floor(pc.multiply(chance[at], most)), pa.int64()) for at, most in enumerate((25, 10_000, 2))]
    arrived = pc.add(pc.multiply(ids, APART), BEGIN)
    ticker = TICKERS.take(whole[0])
    return pa.table(
        {
            "_arrived": arrived.cast(TIME),
            "_shard": pa.repeat("shardId-000000000000", count),
            "_sequence": pc.utf8_lpad(ids.cast(pa.string()), 64, "0"),
            "_sub": pa.repeat(pa.scalar(0, pa.int32()), count),
            "_key": ticker,
            "_raw": pa.nulls(count, pa.binary()),
            "tickerSymbol": ticker,
            "tradeType": pa.array(["BUY", "SELL"]).take(whole[2]),
            "price": pc.round(pc.multiply(chance[3], 1000), 2),
            "quantity": pc.add(whole[1], 1),
            "id": ids,
        }
    )


def of_arrow(paths: list[str]) -> int:
    """Returns the number of minutes, as PyArrow groups them."""
    table = pq.read_table(paths, columns=NEEDED)
    minutes = pc.floor_temporal(table["_arrived"], unit="minute")
    grouped = table.append_column("minute", minutes).group_by("minute")
    return len(grouped.aggregate([("price", "max"), ("quantity", "sum"), ("quantity", "count")]))


def of_pandas(paths: list[str]) -> int:
    """Returns the number of minutes, as pandas groups them."""
    import pandas as pd  # noqa: PLC0415 - where `make bench-peers` put it

    frame = pd.concat([pd.read_parquet(path, columns=NEEDED) for path in paths])
    minutes = frame.groupby(frame["_arrived"].dt.floor("min"))
    return len(minutes.agg({"price": "max", "quantity": ["sum", "count"]}))


def of_sqlite(file: Path) -> int:
    """Returns the number of minutes, as SQLite groups them."""
    with sqlite3.connect(file) as connection:
        found = len(connection.execute(OF_SQLITE).fetchall())
    connection.close()
    return found


def fill(file: Path, table: pa.Table) -> None:
    """Writes rows into a table of SQLite."""
    columns = [table["_arrived"].cast(pa.int64()), *(table[name] for name in ("tickerSymbol", "quantity", "price"))]
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE trades (arrived INTEGER, ticker TEXT, quantity INTEGER, price REAL)")
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        connection.executemany("INSERT INTO trades VALUES (?, ?, ?, ?)", rows)
    connection.close()


def timed(work: Callable[[], int], wanted: int, times: int = 1) -> tuple[float, float]:
    """Returns the seconds of the clock and of the processor, times a factor. Raises for another number of minutes."""
    before, began = _processor(), perf_counter()
    if (found := work()) != wanted:
        raise RuntimeError(f"{found} minutes in place of {wanted}")
    return (perf_counter() - began) * times, (_processor() - before) * times


def _processor() -> float:
    used = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _minutes(rows: int) -> int:
    return len({(BEGIN + at) // 60_000 for at in range(0, rows * APART, APART * 100)})


def main() -> None:
    rows, rounds = int(sys.argv[1]), int(sys.argv[2])
    with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as name:
        folder = Path(name)
        paths = []
        for first in range(0, rows, A_FILE):
            table = trades(first, min(A_FILE, rows - first))
            paths.append(str(folder / f"{first}.parquet"))
            pq.write_table(table, paths[-1], compression="zstd", row_group_size=GROUP)
            if not first:
                fill(folder / "trades.sqlite3", table.slice(0, rows // TENTH))
        columns = [Column(name, kind) for name, kind in KINDS.items()]
        asked = Table("trades", paths, sum(Path(path).stat().st_size for path in paths), columns)
        ways: dict[str, Callable[[], int]] = {
            "ask": lambda: len(Question(SQL, [asked], Bounds(rows=100_000)).answer().rows),
            "PyArrow": lambda: of_arrow(paths),
        }
        if importlib.util.find_spec("pandas"):
            ways["pandas"] = lambda: of_pandas(paths)
        found: dict[str, list[Any]] = {each: [] for each in (*ways, "SQLite")}
        for _ in range(rounds):
            for each, work in ways.items():
                found[each].append(timed(work, _minutes(rows)))
            tenth = timed(lambda: of_sqlite(folder / "trades.sqlite3"), _minutes(rows // TENTH), TENTH)
            found["SQLite"].append(tenth)
    print(json.dumps(found))


main()
