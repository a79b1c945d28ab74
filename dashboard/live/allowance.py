"""How much a client may send: a token bucket."""

from collections.abc import Callable


class Allowance:
    """So much at once, and then so much a second. `monotonic` gives seconds."""

    def __init__(self, burst: float, rate: float, monotonic: Callable[[], float]) -> None:
        self._burst = self._left = burst
        self._rate = rate
        self._monotonic = monotonic
        self._filled = monotonic()

    def take(self, amount: float = 1) -> bool:
        """Whether the amount is within the allowance; if it is not, nothing is taken."""
        now = self._monotonic()
        self._left = min(self._burst, self._left + (now - self._filled) * self._rate)
        self._filled = now
        if amount > self._left:
            return False
        self._left -= amount
        return True
