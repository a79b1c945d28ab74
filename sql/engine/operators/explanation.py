"""Writes the explanation of an anomaly score, in the JSON of the service."""

from collections.abc import Callable, Sequence
from json import dumps
from typing import TypedDict


class Attribution(TypedDict):
    """Holds the part of a score that each number of a shingle has, by direction."""

    high: list[float]
    low: list[float]


def explainer(names: Sequence[str], *, directed: bool) -> Callable[[Attribution | None], str]:
    """Returns a function from an attribution to JSON; it takes None while the forest has seen too few rows.

    Each column has ATTRIBUTION_SCORE, and these add up to the score. If `directed`, it has also DIRECTION, HIGH or LOW,
    and STRENGTH, by how much the one direction outweighs the other. All numbers are texts with four decimal places.
    """
    width = len(names)

    def explain(parts: Attribution | None) -> str:
        columns = {}
        for place, name in enumerate(names):
            high = sum(parts["high"][place::width]) if parts else 0.0
            low = sum(parts["low"][place::width]) if parts else 0.0
            direction = {"DIRECTION": "HIGH" if high > low else "LOW", "STRENGTH": f"{abs(high - low):.4f}"}
            columns[name] = (direction if directed else {}) | {"ATTRIBUTION_SCORE": f"{high + low:.4f}"}
        return dumps(columns, ensure_ascii=False, separators=(",", ":"))

    return explain
