"""Finds dense regions among the last rows: the clusters of DBSCAN, by Ester, Kriegel, Sander and Xu, 1996.

A point is dense if at least `least` points, itself among them, are within the radius. Dense points within the radius of
each other are in one hotspot, together with the points around them. The neighbours of each point are kept from row to
row as the bits of a whole number, so that a row costs about a millisecond with 1,000 points.
"""

from itertools import product
from json import dumps
from math import dist, floor, prod

from sql.engine.coding import pack, unpack
from sql.engine.contract import Change, Kept, Key, Row
from sql.engine.operators.forest import point_of
from sql.engine.operators.report import Report
from sql.plan.nodes import Hotspots

GRID = 2  # dimensions of the grid; by the others, points are compared one by one
CELLS_MOST = 1e15  # cells from 0 in a direction; all points beyond are in the last one
JSON_MOST = 10_000  # characters of a result; the densest hotspots that fit are in it
POINT_SIZE = 500  # bytes of a point
NULLS = "null:HOTSPOTS"  # the count of rows without a result, because a number is NULL

Point = list[float]


class HotspotsOperator:
    """Takes prepared rows `(*numbers, *row)`; an output row is `(*row, JSON)`, with the row among the last ones.

    A row with a NULL among its numbers has the result NULL, and is not remembered.
    """

    def __init__(self, node: Hotspots, kept: Kept, report: Report) -> None:
        self._node, self._report, self._width = node, report, len(node.slots)
        self._near = Neighbourhood(node.window, node.radius, node.least)
        self._changed: dict[int, bytes] = {}
        self._serial = 0
        for serial, *point in sorted(unpack(data) for data in kept.entries.values()):
            self._near.put(serial % node.window, point)
            self._serial = serial

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Returns the rows with the hotspots at each."""
        return [(*row[self._width :], self._found(row[: self._width])) for row in rows]

    def _found(self, numbers: Row) -> str | None:
        point = point_of(numbers)
        if point is None:
            self._report.count(NULLS)
            return None
        self._serial += 1
        place = self._serial % self._node.window
        self._near.put(place, point)
        self._changed[place] = pack([self._serial, *point])
        return written([self._hotspot(cluster) for cluster in self._near.clusters()])

    def _hotspot(self, points: list[Point]) -> dict[str, float | Point]:
        """Returns a hotspot. Its density is points by volume; a side of its box is taken for a radius at least."""
        least, most = (list(map(choose, zip(*points, strict=True))) for choose in (min, max))
        volume = prod(max(self._node.radius, high - low) for low, high in zip(least, most, strict=True))
        return {"density": len(points) / volume, "maxValues": most, "minValues": least}

    def due(self) -> int | None:
        """Returns None: no row waits."""
        return None

    def fire(self, time: int) -> list[Row]:
        return []

    def changes(self) -> Change:
        """Returns the points since the last call; each takes the place of the oldest."""
        put: dict[Key, bytes] = {("", str(place)): data for place, data in self._changed.items()}
        self._changed = {}
        return Change(put)

    def size(self) -> int:
        return self._node.window * (POINT_SIZE + self._node.window // 8)


def written(hotspots: list[dict[str, float | Point]]) -> str:
    """Returns the JSON of the densest hotspots, as many as fit into JSON_MOST characters, the densest first."""
    texts: list[str] = []
    room = JSON_MOST - len('{"hotspots":[]}')
    for hotspot in sorted(hotspots, key=lambda each: each["density"], reverse=True):
        text = dumps(hotspot, separators=(",", ":"))
        room -= len(text) + 1
        if room < 0:
            break
        texts.append(text)
    return f'{{"hotspots":[{",".join(texts)}]}}'


class Neighbourhood:
    """Holds points by place, and of each the places of its neighbours, as the bits of a whole number."""

    def __init__(self, window: int, radius: float, least: int) -> None:
        self._radius, self._least = radius, least
        self._points: list[Point | None] = [None] * window
        self._near = [0] * window
        self._dense = 0  # the places of dense points
        self._cells: dict[tuple[int, ...], set[int]] = {}

    def put(self, place: int, point: Point) -> None:
        """Sets the point of a place."""
        self._drop(place)
        self._points[place] = point
        cell = self._cell(point)
        near = 1 << place
        for around in product(*((at - 1, at, at + 1) for at in cell)):
            for other in self._cells.get(around, ()):
                if dist(point, self._points[other] or ()) <= self._radius:
                    near |= 1 << other
                    self._set(other, self._near[other] | 1 << place)
        self._cells.setdefault(cell, set()).add(place)
        self._set(place, near)

    def _drop(self, place: int) -> None:
        point = self._points[place]
        if point is not None:
            cell = self._cell(point)
            self._cells[cell].remove(place)
            if not self._cells[cell]:
                del self._cells[cell]
            for other in bits(self._near[place]):
                self._set(other, self._near[other] & ~(1 << place))

    def _cell(self, point: Point) -> tuple[int, ...]:
        return tuple(floor(max(-CELLS_MOST, min(CELLS_MOST, at / self._radius))) for at in point[:GRID])

    def _set(self, place: int, near: int) -> None:
        self._near[place] = near
        bit = 1 << place
        self._dense = self._dense | bit if near.bit_count() >= self._least else self._dense & ~bit

    def clusters(self) -> list[list[Point]]:
        """Returns the points of each cluster. One between two clusters belongs to the first."""
        left, taken = self._dense, 0
        found = []
        while left:
            frontier = left & -left
            left ^= frontier
            around = 0
            while frontier:
                bit = frontier & -frontier
                near = self._near[bit.bit_length() - 1]
                around |= near
                frontier = (frontier ^ bit) | near & left
                left &= ~near
            members = around & ~taken
            taken |= around
            found.append([point for place in bits(members) if (point := self._points[place]) is not None])
        return found


def bits(number: int) -> list[int]:
    """Returns the places of the bits that are set, in ascending order."""
    places = []
    while number:
        bit = number & -number
        places.append(bit.bit_length() - 1)
        number ^= bit
    return places
