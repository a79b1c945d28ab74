"""Finds the routes of moving things on a map: the newest position of each, and a trail of earlier ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

READ = 20_000  # rows for one map that is live
POSITIONS = 10_000  # sent for one map that is live: trails get shorter where there are many things
REPLAYED = 100_000, 20_000  # the same of a replay, which is asked for once

Row = tuple[int, Sequence[Any]]  # time in milliseconds; name, latitude, longitude, value


class Position(NamedTuple):
    """Holds where a thing was: the time in milliseconds, degrees north, degrees east."""

    time: int
    latitude: float
    longitude: float


@dataclass
class Route:
    """Holds the positions of one thing, the newest first, and the value in the row of the newest."""

    name: str
    value: Any
    positions: list[Position]


class Routes(NamedTuple):
    """Holds the routes of rows by name, and how many things and rows are left out."""

    routes: list[Route]
    more: int  # things beyond the first `most`, which have reported least lately
    misplaced: int  # rows without a name, or without a place on the earth


def find(rows: Sequence[Row], *, most: int, trail: int, step: int, positions: int = POSITIONS) -> Routes:
    """Returns the routes of rows that come newest first.

    A route has at most `trail` positions besides the newest one, at most one in each step of `step` milliseconds.
    """
    found: dict[str, Route] = {}
    others: set[str] = set()
    misplaced = 0
    for time, (name, north, east, value) in rows:
        if name is None or not _is_on_earth(north, east):
            misplaced += 1
        elif route := found.get(name):
            if len(route.positions) <= trail and time // step != route.positions[-1].time // step:
                route.positions.append(Position(time, float(north), float(east)))
        elif len(found) < most:
            found[name] = Route(str(name), value, [Position(time, float(north), float(east))])
        else:
            others.add(name)
    allowed = max(1, positions // max(1, len(found)))
    for route in found.values():
        del route.positions[allowed:]
    return Routes(sorted(found.values(), key=lambda route: route.name), len(others), misplaced)


def _is_on_earth(north: Any, east: Any) -> bool:
    """Returns whether two values are degrees of a place; NaN, texts and other values are none."""
    try:
        return bool(-90 <= north <= 90 and -180 <= east <= 180)
    except (TypeError, ArithmeticError):  # a decimal NaN cannot be compared
        return False
