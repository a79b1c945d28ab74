"""Holds the observations of one commit by column and by key, so that many rules look at them quickly."""

import math
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from alarms.active import Active
from alarms.evaluation import Seen
from common.text import storable
from streams.core.names import MOST_KEY
from streams.observations import Observation


class Key(NamedTuple):
    """Names the series that a rule follows."""

    text: str
    partition: str  # the partition key of its records; "" if the key is not tied to one


class Table:
    """Holds the observations of one output."""

    def __init__(self, observations: Sequence[Observation], shard: str) -> None:
        """`shard` is the shard of the lease; "" for a lease of a whole stream: no key needs its name."""
        self.observations = observations
        self._shard = shard
        self._columns: dict[str, list[float | None]] = {}
        self._extremes: dict[str, tuple[float, float]] = {}
        self._keys: dict[tuple[tuple[str, ...], str], list[Key]] = {}
        self._places: dict[tuple[tuple[str, ...], str], dict[str, list[int]]] = {}

    def column(self, name: str) -> list[float | None]:
        """Returns the numbers of a column; None where there is none."""
        if name not in self._columns:
            self._columns[name] = [_number(each.values.get(name)) for each in self.observations]
        return self._columns[name]

    def extremes(self, name: str) -> tuple[float, float]:
        """Returns the least and the greatest number of a column; (inf, -inf) without any."""
        if name not in self._extremes:
            numbers = [value for value in self.column(name) if value is not None]
            self._extremes[name] = (min(numbers, default=math.inf), max(numbers, default=-math.inf))
        return self._extremes[name]

    def keys(self, rule: Active) -> list[Key]:
        """Returns the key of each observation."""
        by = (rule.spec.by, rule.partition)
        if by not in self._keys:
            partition = rule.partition or self._partition(rule.spec.by)
            self._keys[by] = [key_of(rule.spec.by, partition, each.values, self._shard) for each in self.observations]
        return self._keys[by]

    def _partition(self, by: Sequence[str]) -> str:
        """Returns the column of `by` with the partition key, as the rows say it; "" if there is none.

        All rows of one commit come from one version of the application, and so say the same.
        """
        told = self.observations[0].partition if self.observations else ()
        return next((name for name in told if name in by), "")

    def places(self, rule: Active) -> dict[str, list[int]]:
        """Returns the places of the observations of each key."""
        by = (rule.spec.by, rule.partition)
        if by not in self._places:
            found: dict[str, list[int]] = {}
            for place, key in enumerate(self.keys(rule)):
                found.setdefault(key.text, []).append(place)
            self._places[by] = found
        return self._places[by]

    def seen(self, rule: Active, place: int) -> Seen:
        """Returns an observation as a rule sees it."""
        each, column = self.observations[place], rule.spec.column
        value = self.column(column)[place] if column else rule.evaluation.value_of_row
        return Seen(each.time, value, each.place, each.values, each.version)


def key_of(by: Sequence[str], partition: str, values: Any, shard: str) -> Key:
    """Returns the key of a row: its values of the columns `by`. `partition` is the column with the partition key.

    Where the partition key is not among them, rows of one key lie in any shard: then the key is one of its shard alone.
    """
    own = [values.get(name) for name in by]
    if partition and partition in by:
        return Key(joined(own), str(values.get(partition)))
    return Key(joined(own, (shard if not by else f"in {shard}") if shard else ""), "")


def joined(values: Sequence[Any], shard: str = "") -> str:
    """Returns values as the text of a key, with the words for its shard; alarms.curves.where_of reads it.

    A bar within one of several values has a backslash before it, so that " | " stands only between values.
    """
    parts = [text_of(value) for value in values]
    if len(parts) > 1:
        parts = [part.replace("\\", "\\\\").replace("|", "\\|") for part in parts]
    return _bounded(" | ".join([*parts, shard] if shard else parts))


def text_of(value: Any) -> str:
    """Returns a value as keys and filters have it."""
    return "NULL" if value is None else str(value)


def _bounded(text: str) -> str:
    """Returns a text that any database keeps apart from others: MariaDB compares without the spaces at the end."""
    found = storable(text.rstrip(" "))
    if len(found) <= MOST_KEY:
        return found
    digest = sha256(found.encode()).hexdigest()[:16]
    return f"{found[: MOST_KEY - 17]}…{digest}"


def _number(value: Any) -> float | None:
    """Returns a finite number as it is; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
