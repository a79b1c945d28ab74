"""Makes the records that every producer puts, and prints the time that each part spent."""

from random import Random
from time import perf_counter, process_time
from typing import Any

import msgspec

from applications.market.generator import Trades

Spent = dict[str, float]


def rows(count: int) -> list[dict[str, Any]]:
    """Trades as objects, of about 90 bytes as JSON."""
    return [msgspec.json.decode(data) for _, data in Trades(Random(1)).take(count)]


def begin() -> tuple[float, float]:
    return perf_counter(), process_time()


def spent(began: tuple[float, float]) -> Spent:
    """Seconds by the clock and of this process' CPU."""
    return {"seconds": perf_counter() - began[0], "cpu": process_time() - began[1]}
