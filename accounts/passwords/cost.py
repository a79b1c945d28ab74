"""Measures the time of a password hash on this machine, and chooses the cost that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import bcrypt

COSTS = range(10, 15)  # OWASP's Password Storage Cheat Sheet asks for 10 or more
FITS = 150, 350  # milliseconds: expensive for an attacker, hardly noticed at sign-in


@dataclass(frozen=True)
class Figure:
    cost: int
    milliseconds: float  # time of one hash on one core: the median of a few

    def facts(self, best: int, configured: int) -> dict[str, Any]:
        """Returns the row that the command prints: with whether the cost is the best one and the configured one."""
        return {
            "cost": self.cost,
            "milliseconds": round(self.milliseconds, 1),
            "best": self.cost == best,
            "set": self.cost == configured,
        }


HEAD = "cost  one hash  sign-ins a second and core"


def line(cost: int, milliseconds: float, best: bool, set: bool) -> str:  # noqa: A002, FBT001 - the names of facts()
    """Formats Figure.facts() as a line of text."""
    fits = "fits" if FITS[0] <= milliseconds <= FITS[1] else "is nearest to"
    notes = [f"{fits} {FITS[0]}-{FITS[1]} ms"] * best + ["set by PASSWORD_COST"] * set
    return f"{cost:4}{milliseconds:7.0f} ms{1000 / milliseconds:8.1f}   {', '.join(notes)}".rstrip()


def measured(
    cost: int,
    times: int = 3,
    clock: Callable[[], float] = perf_counter,
    hash_once: Callable[[int], object] | None = None,
) -> Figure:
    """Times a few hashes at this cost."""
    spans = []
    for _ in range(times):
        start = clock()
        (hash_once or _hash)(cost)
        spans.append((clock() - start) * 1000)
    return Figure(cost, median(spans))


def _hash(cost: int) -> bytes:
    return bcrypt.hashpw(b"x" * 64, bcrypt.gensalt(cost))


def fitting(figures: list[Figure]) -> int:
    """Returns the highest cost that fits; if the machine is too slow for every cost, the lowest."""
    return max((each.cost for each in figures if each.milliseconds <= FITS[1]), default=COSTS[0])
