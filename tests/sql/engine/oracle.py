"""Computes aggregates and windows naively, from the definitions, by exact fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from sql.engine.contract import Row

Record = tuple[int, Row]


def present(values: Sequence[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def variance(values: Sequence[Any], freedom: int) -> float | None:
    """Returns the variance of the values that are not NULL."""
    found = [Fraction(value) for value in present(values)]
    if len(found) <= freedom:
        return None
    mean = sum(found) / len(found)
    return float(sum((value - mean) ** 2 for value in found) / (len(found) - freedom))


def average(values: Sequence[Any]) -> Any:
    found = present(values)
    if not found:
        return None
    exact = Fraction(sum(map(Fraction, found))) / len(found)
    return int(exact) if isinstance(found[0], int) else float(exact)


def total(values: Sequence[Any]) -> Any:
    found = present(values)
    if not found:
        return None
    return sum(found) if isinstance(found[0], int) else float(sum(map(Fraction, found)))


def deviation(values: Sequence[Any]) -> float | None:
    found = variance(values, 1)
    return None if found is None else sqrt(found)


def percentile(share: int, values: Sequence[Any]) -> Any:
    """Returns the least value that is not below so many of a hundred values."""
    enough = (value for value in values if 100 * sum(each <= value for each in values) >= share * len(values))
    return min(enough, default=None)


AGGREGATES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "COUNT": lambda values: len(present(values)),
    "SUM": total,
    "AVG": average,
    "MIN": lambda values: min(present(values), default=None),
    "MAX": lambda values: max(present(values), default=None),
    "VAR_POP": lambda values: variance(values, 0),
    "STDDEV_SAMP": deviation,
    "P95": lambda values: percentile(95, present(values)),
    "FIRST_VALUE": lambda values: values[0],
    "LAST_VALUE": lambda values: values[-1],
}


def frame_of(
    given: Sequence[Record], at: int, key: Callable[[Row], Any], length: int | None, rows: int | None
) -> list[Row]:
    """Returns the rows in the window of the record at a place, that record last."""
    time, row = given[at]
    mine = [record for record in given[: at + 1] if key(record[1]) == key(row)]
    if length is not None:
        mine = [record for record in mine if record[0] >= time - length]
    return [values for _, values in (mine if rows is None else mine[-rows:])]
