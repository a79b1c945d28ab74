"""Measures whether time tells which accounts exist: sign-ins that fail for four reasons, in turn, each from an address.

In one process, through all of Django, at the cost of hashing that is set (PASSWORD_COST, 12). By the clock, which is
what an attacker sees, and by the time on a core, which neighbours on the machine do not change. The aim for both:
medians within 5 %.
"""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by, new_site

TRIES = 30  # for each reason


def run(options: Options) -> Iterator[Figure]:
    with new_site() as site:
        found: dict[str, list[tuple[float, float]]] = found_by(
            "sign_in_times", str(options.amount(TRIES)), environment=site.environment
        )
    clock = {reason: [taken for taken, _ in pairs] for reason, pairs in found.items()}
    core = {reason: [busy for _, busy in pairs] for reason, pairs in found.items()}
    for reason, taken in clock.items():
        yield Figure(f"sign-in refused: {reason}", "ms", taken)
        yield Figure(f"sign-in refused: {reason}, on a core", "ms", core[reason])
    yield Figure("medians apart", "%", [apart(list(clock.values()))], Aim(5))
    yield Figure("medians apart, on a core", "%", [apart(list(core.values()))], Aim(5))


def apart(runs: Sequence[Sequence[float]]) -> float:
    """Per cent between the least and the greatest median."""
    medians = [median(run) for run in runs]
    return 100 * (max(medians) / min(medians) - 1)
