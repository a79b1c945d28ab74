"""Compares the figures of examples/archive/spark with those of the application `trades`, over the same records.

Usage: python -m tests.spark.judge PYTHON, with the Python that has PySpark. Exits 1 where a row differs. Everything is
in a temporary folder: the stream, the database and the archive.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

PATIENCE = 300  # seconds for Spark
JOB = Path(__file__).parents[2] / "examples/archive/spark/trades_per_minute.py"
FIGURES = ("minute", "ticker", "side", "trades", "shares", "cents", "low", "high", "largest")
START = 1_764_201_600_000  # milliseconds; long past, so that every minute is closed
MINUTES, TRADES = 5, 20_000  # of each minute
Row = tuple[Any, ...]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(Path(folder))
        theirs = _theirs(Path(folder) / "archive/trades/records", sys.argv[1])
    missing, extra = sorted(set(ours) - set(theirs)), sorted(set(theirs) - set(ours))
    for name, rows in (("only in Millrace", missing), ("only in Spark", extra)):
        for row in rows[:5]:
            print(f"{name}: {row}")
    print(f"{len(ours)} rows in Millrace, {len(theirs)} in Spark, {len(missing) + len(extra)} differ.")
    sys.exit(0 if ours and not missing and not extra and len(ours) == len(theirs) else 1)


def _ours(folder: Path) -> list[Row]:
    """Archives and counts trades, in a database of its own; returns the rows of the application."""
    os.environ |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "login.settings", "ARCHIVE_URL": ""}
    os.environ |= {"DATABASE_URL": "", "STREAM_URL": "", "DEBUG": "true"}
    import django  # noqa: PLC0415 - it reads the environment

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from applications.market.generator import Trades  # noqa: PLC0415 - as above
    from applications.market.models import TradeMinute  # noqa: PLC0415 - as above
    from streams.backends.embedded.stream import EmbeddedStream  # noqa: PLC0415 - as above
    from streams.core.clock import MINUTE  # noqa: PLC0415 - as above
    from streams.core.records import TRIM_HORIZON  # noqa: PLC0415 - as above
    from streams.wiring import build_worker  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    now, source = [START], Trades(Random(1))
    stream = EmbeddedStream(folder / "streams.sqlite3", "trades", lambda: now[0])
    stream.create(shards=2)
    for _ in range(MINUTES):
        for _ in range(TRADES // 500):
            stream.put(source.take(500))
        now[0] += MINUTE
    for name in ("archive", "trades"):
        worker = build_worker(name, "trades", TRIM_HORIZON, hurry=True)
        while worker.step():
            pass
        worker.step()
        worker.close()
    rows = TradeMinute.objects.values_list(*FIGURES)
    return [(f"{minute:%Y-%m-%dT%H:%M:%S.000Z}", *others) for minute, *others in rows]


def _theirs(folder: Path, python: str) -> list[Row]:
    """Returns the rows that the job prints."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell"}
    done = subprocess.run(
        [python, JOB, folder], env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    if done.returncode:
        sys.exit(f"The job failed:\n{done.stderr[-3000:]}")
    return [tuple(json.loads(line)[name] for name in FIGURES) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
