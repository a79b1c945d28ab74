"""The embedded stream with Kinesis' limits, or with faults, on a clock that moves by being looked at."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from streams.backends.base import Stream
from streams.backends.embedded.limits import Faults, LimitedStream
from streams.backends.retrying import Waiting
from tests.fakes import FakeClock

FAULTS = Faults(throttle=0.1, partial=0.2, slow=0.05, expire=0.05)


class Looked:
    """Seconds that pass with every look, and with every pause."""

    def __init__(self, step: float = 0.1) -> None:
        self.time = 0.0
        self._step = step

    def __call__(self) -> float:
        self.time += self._step
        return self.time

    def pause(self, seconds: float) -> None:
        self.time += seconds


def limited(path: Path, *, seed: int = 7) -> Callable[[str, FakeClock], Stream]:
    """Opens streams of a file that keep to the limits."""
    seconds, chance = Looked(), Random(seed)
    waiting = Waiting(seconds, seconds.pause, chance.random)
    return lambda name, clock: LimitedStream(path, name, clock, chance=chance, waiting=waiting)


def faulty(path: Path, *, seed: int = 7) -> Callable[[str, FakeClock], Stream]:
    """Opens streams of a file that fail now and then."""
    seconds, chance = Looked(), Random(seed)
    waiting = Waiting(seconds, seconds.pause, chance.random)
    return lambda name, clock: LimitedStream(
        path, name, clock, limited=False, faults=FAULTS, chance=chance, waiting=waiting
    )
