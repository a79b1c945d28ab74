"""Estimates how many distinct values there are: a HyperLogLog of 16,384 registers, with a standard error of 0.8 %.

It is our own, in 40 lines, because the packages for it either bring a native build for one function or keep their state
in a form of their own. The estimate is the improved raw estimator of O. Ertl, "New cardinality estimation algorithms
for HyperLogLog sketches", 2017, which needs no tables against bias.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from math import inf, log, sqrt
from typing import Any

from sql.engine.coding import pack

BITS = 14
REGISTERS = 1 << BITS
REST = 64 - BITS  # bits of a hash that a register counts zeros in


class Sketch:
    """Holds the registers. The same values in any order give the same registers, also in another process."""

    def __init__(self, registers: bytes = bytes(REGISTERS)) -> None:
        self.registers = bytearray(registers)

    def add(self, values: Iterable[Any]) -> bool:
        """Takes values; returns whether a register changed."""
        changed = False
        registers = self.registers
        for value in values:
            hashed = int.from_bytes(blake2b(pack((value,)), digest_size=8).digest(), "big")
            place = hashed >> REST
            rank = REST - (hashed & (1 << REST) - 1).bit_length() + 1
            if rank > registers[place]:
                registers[place] = rank
                changed = True
        return changed

    def estimate(self) -> int:
        """Returns the estimated number of distinct values."""
        counts = Counter(self.registers)
        z = REGISTERS * _tau(1 - counts[REST + 1] / REGISTERS)
        for rank in range(REST, 0, -1):
            z = 0.5 * (z + counts[rank])
        z += REGISTERS * _sigma(counts[0] / REGISTERS)
        return round(REGISTERS * REGISTERS / (2 * log(2)) / z) if z < inf else 0


def _sigma(x: float) -> float:
    if x == 1:
        return inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x, before = x * x, z
        z += x * y
        y += y
    return z


def _tau(x: float) -> float:
    if x in {0, 1}:
        return 0.0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x, before = sqrt(x), z
        y *= 0.5
        z -= (1 - x) ** 2 * y
    return z / 3
