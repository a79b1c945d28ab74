"""Accumulates the values of aggregate calls, one accumulator for each call and group.

Values are taken in the order of their rows, and each step depends on the values alone: the same rows give the same
result, bit for bit, in batches of any size and after a restart. NULLs are skipped, except by COUNT of rows and by
FIRST_VALUE and LAST_VALUE without IGNORE NULLS.
"""

import sys
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from functools import partial, reduce
from math import sqrt
from operator import add
from typing import Any

from sql.engine.accumulators import Accumulator, Fit, Skipping, Small, present
from sql.engine.distinct_values import DISTINCT_LIMIT, DistinctCount, DistinctSum
from sql.engine.percentiles import Percentile
from sql.functions.rules import PERCENTILES
from sql.functions.values import EXACT, divide_exact, divide_whole, fitter
from sql.plan.nodes import Call
from sql.types import Family

WIDE = Context(prec=120)  # number times the sum of squares of 10¹² values of 18 digits is exact


class CountRows(Small):
    __slots__ = STATE = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def add(self, values: Sequence[Any]) -> None:
        self.number += len(values)

    def result(self) -> int:
        return self.number


class CountValues(Skipping):
    __slots__ = STATE = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def take(self, found: Sequence[Any]) -> None:
        self.number += len(found)

    def result(self) -> int:
        return self.number


# sum() adds floats one after the other, in a fifth of the time of reduce; from Python 3.12 on it corrects its errors in
# each call, so that a sum would depend on how rows are cut into calls.
CORRECTS = sys.version_info >= (3, 12)


def added(found: Sequence[Any], start: Any) -> Any:
    """Returns numbers of one kind added to `start`, None for nothing, one after the other."""
    first = found[0]
    if isinstance(first, Decimal):
        return reduce(EXACT.add, found) if start is None else reduce(EXACT.add, found, start)
    if isinstance(first, float):
        begin = -0.0 if start is None else start  # keeps the sign of a single -0.0
        return reduce(add, found, begin) if CORRECTS else sum(found, begin)
    return sum(found, start or 0)


class Sum(Skipping):
    """Adds numbers: whole ones and decimals exactly, floats one after the other."""

    __slots__ = ("fit", "number", "total")
    STATE = ("number", "total")

    def __init__(self, fit: Fit) -> None:
        self.fit = fit
        self.number = 0
        self.total: Any = None

    def take(self, found: Sequence[Any]) -> None:
        if found:
            self.number += len(found)
            self.total = added(found, self.total)

    def result(self) -> Any:
        return None if self.total is None else self.fit(self.total)


class Average(Sum):
    __slots__ = ("cut",)

    def __init__(self, fit: Fit, *, cut: bool) -> None:
        """Makes an average that is cut to a whole number if `cut` is True."""
        super().__init__(fit)
        self.cut = cut

    def result(self) -> Any:
        if self.total is None:
            return None
        if self.cut:
            return self.fit(divide_whole(self.total, self.number))
        exact = isinstance(self.total, Decimal)
        return self.fit(divide_exact(self.total, self.number) if exact else self.total / self.number)


class Extreme(Skipping):
    """Keeps the least value, or the greatest. Of conditions these are EVERY and ANY."""

    __slots__ = ("choose", "value")
    STATE = ("value",)

    def __init__(self, choose: Callable[..., Any]) -> None:
        """Makes an extreme; `choose` is min or max."""
        self.choose = choose
        self.value: Any = None

    def take(self, found: Sequence[Any]) -> None:
        if found:
            value = self.choose(found)
            self.value = value if self.value is None else self.choose(self.value, value)

    def result(self) -> Any:
        return self.value


class Spread(Skipping):
    """Computes variances and standard deviations of floats by the recurrence of Welford, which loses no digits."""

    __slots__ = ("fit", "mean", "number", "root", "sample", "squares")
    STATE = ("number", "mean", "squares")

    def __init__(self, fit: Fit, *, root: bool, sample: bool) -> None:
        """Makes a variance, or its square root, of the population, or of a `sample` of it."""
        self.fit, self.root, self.sample = fit, root, sample
        self.number, self.mean, self.squares = 0, 0.0, 0.0

    def take(self, found: Sequence[Any]) -> None:
        number, mean, squares = self.number, self.mean, self.squares
        for value in found:
            number += 1
            away = value - mean
            mean += away / number
            squares += away * (value - mean)
        self.number, self.mean, self.squares = number, mean, squares

    def result(self) -> float | None:
        if self.number <= self.sample:
            return None
        variance = max(0.0, self.squares / (self.number - self.sample))
        return self.fit(sqrt(variance) if self.root else variance)  # type: ignore[no-any-return]


class ExactSpread(Skipping):
    """Computes variances and standard deviations of whole numbers and decimals from exact sums."""

    __slots__ = ("fit", "number", "root", "sample", "squares", "total")
    STATE = ("number", "total", "squares")

    def __init__(self, fit: Fit, *, root: bool, sample: bool) -> None:
        """Makes a variance, or its square root, of the population, or of a `sample` of it."""
        self.fit, self.root, self.sample = fit, root, sample
        self.number = 0
        self.total: Any = 0
        self.squares: Any = 0

    def take(self, found: Sequence[Any]) -> None:
        self.number += len(found)
        if found and isinstance(found[0], Decimal):
            self.total = reduce(EXACT.add, found, self.total)
            self.squares = reduce(EXACT.add, (EXACT.multiply(each, each) for each in found), self.squares)
        else:
            self.total += sum(found)
            self.squares += sum(each * each for each in found)

    def result(self) -> float | None:
        if self.number <= self.sample:
            return None
        spread = WIDE.subtract(WIDE.multiply(self.number, self.squares), WIDE.multiply(self.total, self.total))
        variance = WIDE.divide(spread, self.number * (self.number - self.sample))
        return self.fit(float(WIDE.sqrt(variance) if self.root else variance))  # type: ignore[no-any-return]


class Edge(Small):
    """Keeps the first value or the last one."""

    __slots__ = ("found", "ignore_nulls", "last", "value")
    STATE = ("found", "value")

    def __init__(self, *, last: bool, ignore_nulls: bool) -> None:
        self.last, self.ignore_nulls = last, ignore_nulls
        self.found = False
        self.value: Any = None

    def add(self, values: Sequence[Any]) -> None:
        if self.found and not self.last:
            return
        usable = present(values) if self.ignore_nulls else values
        if usable:
            self.found, self.value = True, usable[-1 if self.last else 0]

    def result(self) -> Any:
        return self.value


def accumulator(call: Call, distinct_limit: int = DISTINCT_LIMIT) -> Callable[[], Accumulator]:
    """Returns a function that makes an empty accumulator for a call of an aggregate function."""
    name = call.function
    if name == "COUNT":
        if call.distinct:
            return partial(DistinctCount, distinct_limit)
        return CountValues if call.args else CountRows
    if name in {"MIN", "EVERY"}:
        return partial(Extreme, min)
    if name in {"MAX", "ANY"}:
        return partial(Extreme, max)
    if name in {"FIRST_VALUE", "LAST_VALUE"}:
        return partial(Edge, last=name == "LAST_VALUE", ignore_nulls=call.ignore_nulls)
    return _of_numbers(call, distinct_limit)


def _of_numbers(call: Call, distinct_limit: int) -> Callable[[], Accumulator]:
    name, of, fit = call.function, call.args[0].type, fitter(call.type)
    if name in PERCENTILES:
        return partial(Percentile, fit, of, PERCENTILES[name])
    if name in {"SUM", "AVG"}:
        cut = of.family == call.type.family == Family.WHOLE
        plain = partial(Sum, fit) if name == "SUM" else partial(Average, fit, cut=cut)
        return partial(DistinctSum, plain, distinct_limit) if call.distinct else plain
    spread = Spread if of.family == Family.APPROXIMATE else ExactSpread
    return partial(spread, fit, root=name.startswith("STDDEV"), sample=name.endswith("SAMP"))
