"""How much a client may send, and how often one may come: token buckets."""

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


class Arrivals:
    """An allowance of each of those who came last: a client chooses its key, so that no more than `most` are kept."""

    def __init__(self, rate: float, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._most = most
        self._allowances: dict[str, Allowance] = {}  # the one that came last is the last

    def take(self, key: str, burst: float) -> bool:
        """Whether the key may come once more. `burst` counts for a key that is new or forgotten."""
        allowance = self._allowances.pop(key, None) or Allowance(burst, self._rate, self._monotonic)
        self._allowances[key] = allowance
        if len(self._allowances) > self._most:
            del self._allowances[next(iter(self._allowances))]
        return allowance.take()
