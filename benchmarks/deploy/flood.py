"""Whether a flood of sign-ins holds up the dashboards.

Ten clients post wrong passwords to /accounts/sign-in/ without a pause, each from an address of its own, the limits of
nginx taken away (a botnet has enough addresses). One signed-in visitor asks for /market/ without a pause, before and
during it. Peer: the same configuration with both on one pool. The three take turns.
"""

from collections.abc import Iterator

from benchmarks.deploy.site import client, configure, deployed, watch
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.options import Options
from tests.deploy.stack import Stack

CLIENTS = 10
SECONDS = 20
ROUNDS = 3

Times = dict[str, list[list[float]]]  # by case, milliseconds of each round


def run(options: Options) -> Iterator[Figure]:
    seconds = max(4, options.amount(SECONDS))
    times: Times = {"no flood": [], "flood": [], "flood, one pool": []}
    hashed = []
    with deployed(limited=False) as stack, deployed(one_pool, limited=False) as peer:
        for _ in options.rounds(ROUNDS):
            times["no flood"].append(asked(stack, seconds))
            for case, site in (("flood", stack), ("flood, one pool", peer)):
                with client(site, "sign_in_flood", str(CLIENTS)) as flood:
                    times[case].append(asked(site, seconds))
                    answers = flood.finish()
                hashed.append(answers.get("200", 0) / seconds)
    yield from _figures(times)
    yield Figure("passwords hashed a second", "", hashed)


def one_pool(stack: Stack) -> None:
    configure(stack, "login.sock", "web.sock")


def asked(stack: Stack, seconds: float) -> list[float]:
    """Milliseconds of each answer."""
    load = watch(stack, seconds)
    assert not load.failures, load.failures[:3]
    return [each * 1000 for each in load.seconds]


def _figures(times: Times) -> Iterator[Figure]:
    for case, rounds in times.items():
        for percent in (50, 99):
            yield Figure(f"page, {case}, p{percent}", "ms", [percentile(each, percent) for each in rounds])
    for case, aim in (("flood", Aim(2)), ("flood, one pool", None)):
        pairs = list(zip(times[case], times["no flood"], strict=True))
        ratios = [percentile(during, 99) / percentile(before, 99) for during, before in pairs]
        yield Figure(f"p99: {case} ÷ no flood", "×", ratios, aim)
