"""Adds floats exactly, so that values can leave a sum again, and a sum is the same in any order and after a restart.

Each float is a whole number divided by a power of two. A sum is kept as such a pair; `number / below` is the float
nearest to the exact sum.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import sqrt
from typing import Any

from sql.functions.values import EXACT


def plus(number: int, below: int, value: float) -> tuple[int, int]:
    """Returns the sum number/below with a value added."""
    more, under = value.as_integer_ratio()
    if under <= below:
        return number + more * (below // under), below
    return number * (under // below) + more, under


def variance(count: int, total: tuple[Any, int], squares: tuple[Any, int], freedom: int) -> float:
    """Returns (Σx² - (Σx)²/n) / freedom from exact sums, each a number and the whole number that divides it."""
    (number, below), (square, under) = total, squares
    if isinstance(number, Decimal):
        spread = EXACT_MORE.subtract(EXACT_MORE.multiply(count, square), EXACT_MORE.multiply(number, number))
        return float(EXACT_MORE.divide(spread, count * freedom))
    spread = count * square * below * below - number * number * under
    return float(spread / (count * freedom * under * below * below))


EXACT_MORE = EXACT.copy()
EXACT_MORE.prec = 120  # digits: squares of sums of decimals of 18 digits need 2 × (18 + digits of the count)


def deviation(count: int, total: tuple[Any, int], squares: tuple[Any, int], freedom: int) -> float:
    """Returns the square root of the variance."""
    return sqrt(variance(count, total, squares, freedom))


def sum_of(values: Iterable[Any]) -> Any:
    """Returns the exact sum of distinct numbers of one kind; None if there are none."""
    found = list(values)
    if not found:
        return None
    if isinstance(found[0], float):
        number, below = 0, 1
        for value in found:
            number, below = plus(number, below, value)
        return number / below
    total = found[0]
    for value in found[1:]:
        total = EXACT.add(total, value) if isinstance(value, Decimal) else total + value
    return total


def decaying(times: Sequence[int], values: Sequence[Any], first: int, now: int, half: int) -> float | None:
    """Returns EXP_AVG: an average from `first` on, in which weights halve every `half` milliseconds."""
    weights = total = 0.0
    for time, value in zip(times[first:], values[first:], strict=True):
        if value is not None and value == value:  # NaN stands for NULL
            weight = 0.5 ** ((now - time) // half)
            weights += weight
            total += weight * float(value)
    return total / weights if weights else None
