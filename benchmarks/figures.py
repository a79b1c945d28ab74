"""Holds the figures of a benchmark, and prints them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from statistics import median, quantiles
from typing import Any, NamedTuple


class Aim(NamedTuple):
    """A bound on a figure: at least, or else at most. `every`: it is a promise, each single run must keep it."""

    bound: float
    at_least: bool = False
    every: bool = False

    def met(self, values: Sequence[float]) -> bool:
        worst = min(values) if self.at_least else max(values)
        value = worst if self.every else median(values)
        return value >= self.bound if self.at_least else value <= self.bound


class Figure(NamedTuple):
    """One number, measured in one or more runs."""

    name: str
    unit: str
    values: Sequence[float]
    aim: Aim | None = None

    def row(self) -> tuple[str, ...]:
        return (
            self.name,
            f"{short(median(self.values))} {self.unit}".rstrip(),
            f"{short(min(self.values))}–{short(max(self.values))}" if len(self.values) > 1 else "",
            str(len(self.values)),
            self._aim(),
        )

    def as_json(self, benchmark: str) -> dict[str, Any]:
        return {
            "benchmark": benchmark,
            "name": self.name,
            "unit": self.unit,
            "median": median(self.values),
            "values": list(self.values),
            "aim": self.aim and {"bound": self.aim.bound, "is": "at least" if self.aim.at_least else "at most"},
            "met": self.aim and self.aim.met(self.values),
        }

    def _aim(self) -> str:
        if self.aim is None:
            return ""
        sign = "≥" if self.aim.at_least else "≤"
        return f"{sign} {short(self.aim.bound)} {'met' if self.aim.met(self.values) else 'MISSED'}"


HEADINGS = ("", "median", "min–max", "runs", "aim")


def short(value: float) -> str:
    """Three figures or more: 0.42, 14.3, 312,450."""
    size = abs(value)
    return f"{value:,.{0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2}f}"


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Lines, the columns under their headings."""
    rows = [HEADINGS, *(figure.row() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def percentile(values: Sequence[float], percent: int) -> float:
    """Between the neighbours where none is exact. Raises ValueError for no values."""
    if not values:
        raise ValueError("Nothing was measured.")
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def waits(seen: Sequence[tuple[int, float]], batches: Iterable[int]) -> Iterator[float]:
    """Yields how long each batch waited until something showed it, in milliseconds.

    `seen` has the arrival of the newest record that was shown, and when it was; `batches` has arrivals. Batches that
    the first thing shown already held, and those that the last one did not hold yet, are left out.
    """
    shown = [arrived for arrived, _ in seen]
    for arrived in batches:
        if shown[0] < arrived <= shown[-1]:
            yield seen[bisect_left(shown, arrived)][1] - arrived


class Latencies:
    """Milliseconds, run by run, as p50, p99 and the longest."""

    def __init__(self, name: str, runs: Iterable[Sequence[float]] = ()) -> None:
        self.name = name
        self.runs = list(runs)

    def figures(self, p50: Aim | None = None, p99: Aim | None = None, longest: Aim | None = None) -> Iterator[Figure]:
        yield Figure(f"{self.name}, p50", "ms", self.percentiles(50), p50)
        yield Figure(f"{self.name}, p99", "ms", self.percentiles(99), p99)
        yield Figure(f"{self.name}, longest", "ms", [max(run) for run in self.runs], longest)

    def percentiles(self, percent: int) -> list[float]:
        return [percentile(run, percent) for run in self.runs]
