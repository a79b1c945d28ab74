"""Thousands of sockets through nginx on one uvicorn: the cost of each, and its delay.

Sockets: 3,000 that watch `market`, from 40 addresses of this machine's own net (nginx lets one have 100). Memory is
the memory of uvicorn and of nginx beyond that with one socket.

Viewers: 2,000 of them, and 4 versions a second for 20 s: from the return of COMMIT until the bytes of that version, or
a newer one, have been decrypted by the viewer, as in `sockets`, but through nginx and TLS. One process reads all 2,000,
on one of the same cores, and shares the time of them with uvicorn and nginx.

All rounds use one deployed site; each round starts its uvicorn and nginx anew.

A board: the same with 2,000 viewers of a board of 12 panels (`parts/board_rows.py`), known by the sum of its trades.
"""

from collections.abc import Iterator
from pathlib import Path
from time import sleep

from benchmarks.deploy.site import WATCHER, client, deployed, part
from benchmarks.figures import Aim, Figure, Latencies
from benchmarks.options import Options
from benchmarks.site import found_by, resident
from benchmarks.sockets import KIB, RATE, Stamps, by_version, worked
from tests.deploy.site_client import SiteClient
from tests.deploy.stack import Stack

SOCKETS = 3000
VIEWERS = 2000
SECONDS = 20
ROUNDS = 3
GRACE = 3  # seconds that the last version may take
# A topic, and the pattern of a number in its messages that grows by one with each commit.
MARKET = ("market", r'"topic":"market","version":(\d+)')
BOARD = r'"topic":"board:wall".*?"panels":(?:\[|\{"0":)\{[^{}]*?"value":\[?(\d+)'  # whole, or a change


def run(options: Options) -> Iterator[Figure]:
    memory: list[tuple[float, float]] = []
    latencies: tuple[list[list[float]], ...] = ([], [])
    lost: tuple[list[float], ...] = ([], [])
    work: tuple[list[float], ...] = ([], [])
    with deployed() as stack:
        board = found_by("board_rows", environment=stack.deployment.environment)["topic"]
        client = SiteClient(stack).sign_in(WATCHER)
        client.line.close()
        for _ in options.rounds(ROUNDS):
            stack.restart_sockets()  # which keep the memory of earlier sockets
            memory.append(held(stack, client.cookie, options.amount(SOCKETS)))
            for place, watched in enumerate((MARKET, (board, BOARD))):
                waited, missed, share = viewed(stack, client.cookie, watched, options)
                latencies[place].append(waited)
                lost[place].append(missed)
                work[place].append(share)
    yield Figure(f"{options.amount(SOCKETS):,} sockets: uvicorn's memory each", "KiB", [a for a, _ in memory], Aim(40))
    yield Figure(f"{options.amount(SOCKETS):,} sockets: nginx' memory each", "KiB", [b for _, b in memory])
    for place, of in enumerate(("", " of a board")):
        name = f"{options.amount(VIEWERS):,} viewers{of}: commit to socket"
        yield from Latencies(name, latencies[place]).figures(p99=None if of else Aim(150))
        yield Figure(f"viewers{of} without the final state", "", lost[place], Aim(0, every=True))
        yield Figure(f"CPU of uvicorn{of and ', board'}", "%", work[place])


def viewed(stack: Stack, cookie: str, watched: tuple[str, str], options: Options) -> tuple[list[float], float, float]:
    """Returns the milliseconds to each viewer, the viewers without the final state, and uvicorn's share of a core."""
    with client(stack, "viewers", cookie, str(options.amount(VIEWERS)), *watched) as viewers:
        seconds = max(4, options.amount(SECONDS))
        before = worked(stack.processes["sockets"].pid)
        stamps = bumped(stack, seconds)
        work = (worked(stack.processes["sockets"].pid) - before) / seconds * 100
        sleep(GRACE)
        received: list[Stamps] = viewers.finish("0")
    if watched != MARKET:
        received = [[(number - each[0][0] + stamps[0][0] - 1, at) for number, at in each] for each in received]
    lost = sum(not each or each[-1][0] < stamps[-1][0] for each in received)
    return [one for each in by_version(stamps, received) for one in each], lost, work


def held(stack: Stack, cookie: str, count: int) -> tuple[float, float]:
    """Returns the KiB of uvicorn and of nginx for each socket."""
    with client(stack, "viewers", cookie, "1", *MARKET) as one:
        empty = sizes(stack)
        one.finish("0")
    with client(stack, "viewers", cookie, str(count), *MARKET) as all_of_them:
        full = sizes(stack)
        all_of_them.finish("0")
    uvicorn, nginx = ((after - before) / count / KIB for after, before in zip(full, empty, strict=True))
    return uvicorn, nginx


def sizes(stack: Stack) -> tuple[int, int]:
    """Returns the bytes that uvicorn and the workers of nginx hold."""
    nginx = stack.processes["nginx"].pid
    workers = Path(f"/proc/{nginx}/task/{nginx}/children").read_text().split()
    return resident(stack.processes["sockets"].pid), sum(resident(int(pid)) for pid in workers)


def bumped(stack: Stack, seconds: float) -> Stamps:
    """Changes the topic `market`; returns each version with the time of its commit."""
    with part("bump_version", str(stack.deployment.database), str(RATE)) as bumps:
        sleep(seconds)
        stamps: Stamps = bumps.finish()
    return stamps
