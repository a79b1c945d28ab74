"""Accumulates distinct values: exactly up to a bound, beyond which COUNT estimates and SUM gives up with a sentence."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sql.engine.sketch import Sketch
from sql.errors import Fault, RowError

DISTINCT_LIMIT = 100_000  # the default of the switch distinct_limit


class Seen:
    """Holds distinct values up to a limit, then a sketch of them.

    The values are remembered one by one, the sketch as a whole.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.values: dict[Any, None] = {}  # in the order in which they came
        self.sketch: Sketch | None = None
        self._grown: list[Any] = []

    def add(self, values: Sequence[Any]) -> list[Any]:
        """Takes values; returns those that are new, if no sketch is used."""
        if self.sketch is None:
            new = [value for value in dict.fromkeys(values) if value is not None and value not in self.values]
            self.values.update(dict.fromkeys(new))
            if len(self.values) <= self.limit:
                self._grown += new
                return new
            self.sketch, values = Sketch(), list(self.values)
            self.values, self._grown = {}, []
        self.sketch.add(value for value in values if value is not None)
        return []

    def number(self) -> int:
        """Returns how many distinct values came."""
        return len(self.values) if self.sketch is None else self.sketch.estimate()

    def dump(self) -> bytes | None:
        """Returns the sketch; None while the values are held one by one."""
        return None if self.sketch is None else bytes(self.sketch.registers)

    def load(self, registers: bytes | None) -> None:
        """Takes the state of `dump`, after the values of `grow`."""
        if registers is not None:
            self.sketch, self.values = Sketch(registers), {}

    def grown(self) -> list[Any]:
        """Returns the new values since the last call."""
        grown, self._grown = self._grown, []
        return grown

    def grow(self, values: list[Any]) -> None:
        """Takes values that `grown` returned."""
        self.values.update(dict.fromkeys(values))


class DistinctCount:
    """Counts distinct values; beyond `limit` of them it estimates."""

    def __init__(self, limit: int) -> None:
        self._seen = Seen(limit)
        self.grown, self.grow = self._seen.grown, self._seen.grow

    @property
    def approximate(self) -> bool:
        return self._seen.sketch is not None

    @property
    def held(self) -> int:
        return len(self._seen.values)

    def add(self, values: Sequence[Any]) -> None:
        self._seen.add(values)

    def result(self) -> int:
        return self._seen.number()

    def dump(self) -> list[Any]:
        return [self._seen.dump()]

    def load(self, state: list[Any]) -> None:
        self._seen.load(*state)


class Inner(Protocol):
    """Accumulates the values that are left."""

    def add(self, values: Sequence[Any]) -> None: ...

    def result(self) -> Any: ...

    def dump(self) -> list[Any]: ...

    def load(self, state: list[Any]) -> None: ...


class DistinctSum:
    """Adds distinct values, or averages them. Beyond `limit` of them there is no result."""

    approximate = False

    def __init__(self, inner: Callable[[], Inner], limit: int) -> None:
        self._inner, self._limit = inner(), limit
        self._values: dict[Any, None] = {}
        self._grown: list[Any] = []
        self._full = False

    @property
    def held(self) -> int:
        return len(self._values)

    def add(self, values: Sequence[Any]) -> None:
        """Takes values; beyond the limit it forgets them all."""
        if self._full:
            return
        new = [value for value in dict.fromkeys(values) if value is not None and value not in self._values]
        self._values.update(dict.fromkeys(new))
        self._grown += new
        self._inner.add(new)
        if len(self._values) > self._limit:
            self._full, self._values, self._grown = True, {}, []

    def result(self) -> Any:
        if self._full:
            raise RowError(
                Fault.LIMIT,
                f"More than {self._limit:,} distinct values came, and a sum of DISTINCT values is exact or nothing; "
                "raise distinct_limit, or group by more columns.",
            )
        return self._inner.result()

    def dump(self) -> list[Any]:
        return [self._full, self._inner.dump()]

    def load(self, state: list[Any]) -> None:
        self._full, inner = state
        self._inner.load(inner)
        if self._full:
            self._values = {}

    def grown(self) -> list[Any]:
        grown, self._grown = self._grown, []
        return grown

    def grow(self, values: list[Any]) -> None:
        self._values.update(dict.fromkeys(values))
