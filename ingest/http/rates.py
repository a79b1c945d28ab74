"""Limits the records that a token may put in a second, in this process."""

import math
import time
from collections.abc import Callable
from threading import Lock

MOST = 10_000  # tokens with a debt at most


class Rates:
    """Lets each token put records while it has no debt; a request may go into debt, so that any size passes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free = dict[int, float]()  # the time at which a token's debt is paid
        self._lock = Lock()

    def wait(self, token: int) -> int:
        """Returns the seconds until the token may put again, rounded up; 0 for now."""
        return max(0, math.ceil(self._free.get(token, 0.0) - self._clock()))

    def note(self, token: int, records: int, rate: int) -> None:
        """Counts records that a token has put, at `rate` records a second; 0 for no limit."""
        if not rate:
            return
        now = self._clock()
        with self._lock:
            if len(self._free) >= MOST:
                self._free = {each: free for each, free in self._free.items() if free > now}
            self._free[token] = max(now, self._free.get(token, 0.0)) + records / rate
