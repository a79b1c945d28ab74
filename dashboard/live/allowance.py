"""Token buckets: bound the messages of a client and its connections."""

from collections.abc import Callable


class Allowance:
    """Allows an amount at once, and then a rate a second. `monotonic` gives seconds."""

    def __init__(self, burst: float, rate: float, monotonic: Callable[[], float]) -> None:
        self._burst = self._left = burst
        self._rate = rate
        self._monotonic = monotonic
        self._filled = monotonic()

    def take(self, amount: float = 1) -> bool:
        """Takes the amount and returns True if the allowance has it; else takes nothing and returns False."""
        now = self._monotonic()
        self._left = min(self._burst, self._left + (now - self._filled) * self._rate)
        self._filled = now
        if amount > self._left:
            return False
        self._left -= amount
        return True


class Arrivals:
    """Keeps an allowance for each of the newest `most` keys: clients choose their keys, so the number needs a bound."""

    def __init__(self, rate: float, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._most = most
        self._allowances: dict[str, Allowance] = {}  # the newest key is the last

    def take(self, key: str, burst: float) -> bool:
        """Returns whether the key may connect once more. `burst` counts for a key that is new or forgotten."""
        allowance = self._allowances.pop(key, None) or Allowance(burst, self._rate, self._monotonic)
        self._allowances[key] = allowance
        if len(self._allowances) > self._most:
            del self._allowances[next(iter(self._allowances))]
        return allowance.take()
