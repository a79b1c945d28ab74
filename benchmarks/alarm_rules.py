"""The cost of rules in a commit of 10,000 rows, each of a key of its own, in CPU time of the worker, on SQLite."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.site import found_by
from tests.deployment import ROOT, Deployment

ROUNDS = 3
CASES = ((0, 0), (100, 0), (100, 25))  # rules, keys that burn under each of them


def run(options: Options) -> Iterator[Figure]:
    found: dict[tuple[int, int], list[dict[str, list[float]]]] = {}
    for _ in options.rounds(ROUNDS):
        for case in CASES:
            with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as folder:
                environment = Deployment(Path(folder)).environment
                found.setdefault(case, []).append(found_by("alarm_rules", *map(str, case), environment=environment))
    for (rules, burning), runs in found.items():
        name = f"{rules} rules, {rules * burning:,} keys burning"
        for part in ("prepare", "write"):
            yield Figure(f"{name}: {part}", "ms", [value for run in runs for value in run[part][1:]])
        yield Figure(f"{name}: an idle commit", "µs", [1000 * float(run["idle"]) for run in runs])  # type: ignore[arg-type]
