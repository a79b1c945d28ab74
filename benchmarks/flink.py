"""Runs PyFlink as a peer, where `make parity` has installed it."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from applications.market.generator import Trades
from benchmarks.site import PATIENCE
from sql.rendering import iso
from tests.deployment import ROOT

PYTHON = ROOT / "build" / "parity" / "bin" / "python"
START = 1_800_000_000_000  # milliseconds
RECORDS_A_MILLISECOND = 250  # as in benchmarks.parts.sql_shapes
WARM_UP = 20_000  # records


def is_installed() -> bool:
    return PYTHON.exists()


def tumbling(records: int) -> float:
    """Returns the seconds of a count of trades by minute, ticker and side."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [_written(Path(folder) / name, count) for name, count in (("all", records), ("some", WARM_UP))]
        command = [str(PYTHON), "-m", "benchmarks.parts.flink_windows", *map(str, paths)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=PATIENCE)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["counted"] == records
    return float(found["seconds"])


def _written(path: Path, records: int) -> Path:
    with path.open("w") as file:
        file.writelines(_lines(records))
    return path


def _lines(records: int) -> Iterator[str]:
    for number, (_, data) in enumerate(Trades(Random(1)).take(records)):
        moment = iso(START + number // RECORDS_A_MILLISECOND).replace("T", " ")[:-1]
        yield f'{data.decode()[:-1]},"ts":"{moment}"}}\n'
