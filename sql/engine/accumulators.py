"""Defines accumulators, which take the values of one aggregate call in one group (sql/engine/aggregates.py)."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Fit = Callable[[Any], Any]


class Accumulator(Protocol):
    """Accumulates the values of one call in one group."""

    @property
    def approximate(self) -> bool:
        """Returns whether the result is an estimate."""

    @property
    def held(self) -> int:
        """Returns how many values are held one by one."""

    def add(self, values: Sequence[Any]) -> None:
        """Takes the values of rows in their order, NULLs too; of a call without arguments, one for each row."""

    def result(self) -> Any:
        """Returns the value of the call. Raises RowError where its type cannot hold it."""

    def dump(self) -> list[Any]:
        """Returns the small state, as values that sql.engine.coding packs."""

    def load(self, state: list[Any]) -> None:
        """Takes the state of `dump`."""

    def grown(self) -> list[Any]:
        """Returns the values to remember beside `dump` that came since the last call of this method."""

    def grow(self, values: list[Any]) -> None:
        """Takes values that `grown` returned; `load` comes last."""


class Small:
    """Is the base of the accumulators with a small state: the attributes that `STATE` names."""

    __slots__ = ()
    STATE: tuple[str, ...] = ()
    approximate = False
    held = 0

    def dump(self) -> list[Any]:
        return [getattr(self, name) for name in self.STATE]

    def load(self, state: list[Any]) -> None:
        for name, value in zip(self.STATE, state, strict=True):
            setattr(self, name, value)

    def grown(self) -> list[Any]:
        return []

    def grow(self, values: list[Any]) -> None:
        pass


def present(values: Sequence[Any]) -> list[Any]:
    """Returns the values that are not NULL."""
    return [value for value in values if value is not None]


class Skipping(Small):
    """Is the base of the accumulators that skip NULLs."""

    __slots__ = ()

    def add(self, values: Sequence[Any]) -> None:
        self.take(present(values))

    def take(self, found: Sequence[Any]) -> None:
        """Takes values none of which is NULL, in the order of their rows."""
        raise NotImplementedError
