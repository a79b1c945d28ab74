"""Waiting for a condition, never for a time."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

FIRST, LONGEST = 0.01, 0.05  # seconds between two looks, which cost: many connect to a database


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """The first true answer of the condition. Raises TimeoutError when there is none in time."""
    deadline, pause = monotonic() + seconds, FIRST
    while monotonic() < deadline:
        if answer := condition():
            return answer
        sleep(pause)
        pause = min(LONGEST, pause * 1.1)
    raise TimeoutError(f"{condition} was not met in {seconds} s")
