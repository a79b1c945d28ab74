"""Makes up the status records of unicorns. The model is that of AWS' Wild Rydes workshop (aws-serverless-workshops)."""

import json
from collections.abc import Sequence
from math import cos, pi, radians, sin
from random import Random

from streams.core.clock import SECOND, to_datetime
from streams.core.records import Entry

NAMES = ("Shadowfax", "Rocinante", "Bucephalus", "Angel", "Moonbeam")
LATITUDE, LONGITUDE = 40.749167, -73.985184  # the start: Midtown Manhattan
METRES_PER_DEGREE = 110_540, 111_320  # of latitude, and of longitude at the equator
SLOWEST = 29  # metres a second; a second's distance is this, or one more, and a part of a metre
POINTS = 150  # of health and magic, at the start


class Unicorn:
    """Flies in one direction and gains or loses at most one point of health and of magic a second."""

    def __init__(self, name: str, rng: Random) -> None:
        self.name = name
        self._rng = rng
        self._latitude, self._longitude = LATITUDE, LONGITUDE
        self._bearing = rng.random() * 2 * pi
        self._health = self._magic = POINTS

    def fly(self, moment: int) -> bytes:
        """Returns the status after one more second, at a time in milliseconds."""
        distance = self._rng.randint(SLOWEST, SLOWEST + 1) + self._rng.random()
        north, east = METRES_PER_DEGREE
        self._latitude += distance * sin(self._bearing) / north
        self._longitude += distance * cos(self._bearing) / (east * cos(radians(self._latitude)))
        self._health += self._step()
        self._magic += self._step()
        status = {
            "Distance": distance,
            "HealthPoints": self._health,
            "Latitude": self._latitude,
            "Longitude": self._longitude,
            "MagicPoints": self._magic,
            "Name": self.name,
            "StatusTime": f"{to_datetime(moment):%Y-%m-%d %H:%M:%S}.{moment % SECOND:03}",
        }
        return json.dumps(status, separators=(",", ":"), ensure_ascii=False).encode()

    def _step(self) -> int:
        return self._rng.choice((-1, 1)) * self._rng.randint(0, 1)


class Fleet:
    """Makes an endless Source in which every unicorn reports once a second, with its name as the key.

    `start` is the first second, in milliseconds. Equal generators of chance give equal bytes.
    """

    skipped = 0

    def __init__(self, rng: Random, start: int, names: Sequence[str] = NAMES) -> None:
        self._unicorns = [Unicorn(name, rng) for name in names]
        self._start = start
        self._made = 0

    def take(self, limit: int) -> list[Entry]:
        taken: list[Entry] = []
        for number in range(self._made, self._made + limit):
            second, turn = divmod(number, len(self._unicorns))
            unicorn = self._unicorns[turn]
            taken.append((unicorn.name, unicorn.fly(self._start + second * SECOND)))
        self._made += limit
        return taken
