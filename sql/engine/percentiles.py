"""Accumulates percentiles: exactly up to a number of values, beyond which it estimates them with a bounded error.

The estimate is that of DDSketch (Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
relative-error guarantees", 2019): values are counted in buckets whose bounds grow by a factor. The same values in any
order, and in parts that are added up, give the same counts. It is our own, since the packages for it keep their state
in a form of their own. No value is NaN or infinite, so a group has at most 74,000 buckets of each sign.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil, log
from typing import Any

from common.percentiles import nearest_rank
from sql.engine.accumulators import Fit, Skipping
from sql.types import Family, Type

EXACT_MOST = 500  # values of a group that are held one by one
ERROR = 0.01  # of an estimate, relative to the value
LEAST = 1e-12  # nearer to 0, a value counts as 0
_GROWTH = (1 + ERROR) / (1 - ERROR)
_PER_LOG = 1 / log(_GROWTH)
_FIRST = ceil(log(LEAST) * _PER_LOG) - 1  # so that buckets of positive values are numbered from 1 on


def bucket(value: Any) -> int:
    """Returns the number of a value's bucket: 0 for 0, and in the order of the values."""
    size = abs(value)
    if size < LEAST:
        return 0
    number = ceil(log(size) * _PER_LOG) - _FIRST
    return number if value > 0 else -number


def middle(number: int) -> float:
    """Returns the value that is at most ERROR away from each value of a bucket."""
    if not number:
        return 0.0
    size = 2 * _GROWTH ** (abs(number) + _FIRST - 1) / (1 + 1 / _GROWTH)  # the power is no greater than a double
    return size if number > 0 else -size


class Percentile(Skipping):
    """Keeps values, then counts of buckets with the least and the greatest value, which bound the estimate."""

    __slots__ = ("counts", "edges", "fit", "of", "share", "values")

    def __init__(self, fit: Fit, of: Type, share: int) -> None:
        self.fit, self.of, self.share = fit, of, share
        self.values: list[Any] = []
        self.counts: dict[int, int] | None = None
        self.edges: list[Any] = []

    @property
    def approximate(self) -> bool:  # type: ignore[override]
        return self.counts is not None

    @property
    def held(self) -> int:  # type: ignore[override]
        return len(self.values) if self.counts is None else len(self.counts)

    def take(self, found: Sequence[Any]) -> None:
        if self.counts is None:
            self.values += found
            if len(self.values) <= EXACT_MOST:
                return
            self.counts, found, self.values = {}, self.values, []
        if found:
            counts = self.counts
            for value in found:
                number = bucket(value)
                counts[number] = counts.get(number, 0) + 1
            self.edges = [min(*self.edges, *found), max(*self.edges, *found)]

    def result(self) -> Any:
        if self.counts is None:
            return sorted(self.values)[nearest_rank(self.share, len(self.values)) - 1] if self.values else None
        left = nearest_rank(self.share, sum(self.counts.values()))
        for number in sorted(self.counts):
            left -= self.counts[number]
            if left <= 0:
                return self._fitted(max(self.edges[0], min(self.edges[1], middle(number))))
        raise AssertionError("a rank is at most the number of values")

    def _fitted(self, value: Any) -> Any:
        if self.of.family == Family.WHOLE:
            return round(value)
        return self.fit(Decimal(value) if self.of.family == Family.EXACT else value)

    def dump(self) -> list[Any]:
        if self.counts is None:
            return [self.values, None]
        return [self.edges, [part for pair in sorted(self.counts.items()) for part in pair]]

    def load(self, state: list[Any]) -> None:
        values, flat = state
        if flat is None:
            self.values, self.counts = list(values), None
        else:
            self.edges, self.values = list(values), []
            self.counts = dict(zip(flat[::2], flat[1::2], strict=True))
