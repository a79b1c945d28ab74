"""Measures a commit if 100 entries, or 100 kept rows, changed of many: the whole state written, and its changes.

`parts/state_commits.py` commits to one lease, once with a store that writes the whole state into the lease's row, as
releases did before segments, and once with the store of today.
"""

from collections.abc import Iterator

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by, new_site

HELD = (100, 1_000, 100_000, 1_000_000)
BYTES = Aim(100_000, every=True)  # a commit, however much is held


def run(options: Options) -> Iterator[Figure]:
    for kind in ("keys", "rows"):
        for held in HELD[:2] if options.brief else HELD:
            with new_site() as site:
                found = found_by("state_commits", kind, str(held), environment=site.environment)
            for way in ("whole", "changes"):
                name = f"{held:,} {kind}, {way}"
                told = found[way]
                yield Figure(f"{name}: a commit", "ms", [1000 * seconds for seconds in told["seconds"]])
                yield Figure(f"{name}: bytes", "", told["bytes"], BYTES if way == "changes" else None)
            yield Figure(f"{held:,} {kind}: memory of the log, each", "B", [found["memory"]])
            yield Figure(f"{held:,} {kind}: loaded again in", "ms", [1000 * found["load"]])
