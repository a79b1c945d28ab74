"""Defines for each function the part of a step's values that is kept, the merge of parts, and their figure.

A part is made once for each step and value of `by`, so that a look merges a few hundred parts, not thousands of rows.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from common.percentiles import nearest_rank


class Function(NamedTuple):
    """Makes the part of one value or more, merges one part or more in the order of time, and makes the figure."""

    of: Callable[[Sequence[Any]], Any]
    merge: Callable[[Sequence[Any]], Any]
    figure: Callable[[Any], float]


def last(values: Sequence[Any]) -> Any:
    """Returns the last one."""
    return values[-1]


def p95(values: Sequence[float]) -> float:
    """Returns the 95th percentile of sorted values by the nearest rank: a number that occurred."""
    return values[nearest_rank(95, len(values)) - 1]


def _itself(part: Any) -> float:
    return part  # type: ignore[no-any-return]


def _sum_and_count(values: Sequence[float]) -> tuple[float, int]:
    return sum(values), len(values)


def _added(parts: Sequence[tuple[float, int]]) -> tuple[float, int]:
    sums, counts = zip(*parts, strict=True)
    return sum(sums), sum(counts)


def _mean(part: tuple[float, int]) -> float:
    return part[0] / part[1]


def _sorted(parts: Sequence[Sequence[float]]) -> Sequence[float]:
    return sorted(chain.from_iterable(parts))


def _all(parts: Sequence[frozenset[Any]]) -> frozenset[Any]:
    return frozenset().union(*parts)


FUNCTIONS = {
    "count": Function(len, sum, _itself),
    "sum": Function(sum, sum, _itself),
    "mean": Function(_sum_and_count, _added, _mean),
    "min": Function(min, min, _itself),
    "max": Function(max, max, _itself),
    "last": Function(last, last, _itself),
    "p95": Function(sorted, _sorted, p95),
    "distinct": Function(frozenset, _all, len),
}


def figure(function: str, values: Sequence[Any]) -> float:
    """Returns the figure of one value or more."""
    named = FUNCTIONS[function]
    return named.figure(named.of(values))
