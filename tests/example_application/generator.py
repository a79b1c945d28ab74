"""Made-up readings of five devices."""

from random import Random

import msgspec

from streams.core.records import Entry
from tests.example_application.processor import Reading

MEANS = {"attic": 24.0, "cellar": 12.0, "garage": 9.0, "kitchen": 21.0, "roof": 4.0}  # °C


class Readings:
    """An endless Source; equal generators of chance give equal bytes."""

    skipped = 0

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def take(self, limit: int) -> list[Entry]:
        devices = self._rng.choices(list(MEANS), k=limit)
        return [(device, msgspec.json.encode(Reading(device, self._celsius(device)))) for device in devices]

    def _celsius(self, device: str) -> float:
        return round(self._rng.gauss(MEANS[device], 2), 1)
