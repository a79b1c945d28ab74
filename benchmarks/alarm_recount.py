"""The recount behind the sliders of a rule's form: a week of 15-second counts of 10,000,000 records, in CPU time."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by
from tests.deployment import ROOT, Deployment

ROUNDS = 3
MOST = Aim(300, at_least=False)


def run(options: Options) -> Iterator[Figure]:
    runs = []
    for _ in options.rounds(ROUNDS):
        with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as folder:
            runs.append(found_by("alarm_recount", environment=Deployment(Path(folder)).environment))
    yield Figure("first count: reads 40,320 rows", "ms", [run["read"] for run in runs], MOST)
    yield Figure("each further level", "ms", [most for run in runs for most in run["move"]], MOST)
