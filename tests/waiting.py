"""Waiting for a condition, never for a time."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any


def wait_for(condition: Callable[[], Any], seconds: float = 120) -> Any:
    """The first true answer of the condition. Raises TimeoutError when there is none in time."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if answer := condition():
            return answer
        sleep(0.01)
    raise TimeoutError(f"{condition} was not met in {seconds} s")
