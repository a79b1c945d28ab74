"""The throttle's rules again, slow and plain: all failures are kept, and looked through at every question."""

WAITS = [30, 60, 120, 240, 480, 960]  # seconds, after the 10th failure in a row and each that follows; then 1,800


class Oracle:
    def __init__(self) -> None:
        self.untrusted: list[float] = []  # failures in a row, as moments
        self.devices: dict[str, list[float]] = {}
        self.addresses: dict[str, list[float]] = {}

    def allows(self, device: str | None, address: str, now: float) -> bool:
        if device:
            failures = self.devices.get(device, [])
            return len(failures) < 100 and not crowded(failures, now, 10, 15 * 60)
        return self._untrusted_allows(now) and not crowded(self.addresses.get(address, []), now, 20, 10 * 60)

    def _untrusted_allows(self, now: float) -> bool:
        count = len(self.untrusted)
        if count < 10 or count >= 100:
            return count < 10
        return now >= self.untrusted[-1] + [*WAITS, *[1800] * 90][count - 10]

    def fail(self, device: str | None, address: str, now: float) -> None:
        for failures in self._lists(device, address):
            failures.append(now)

    def succeed(self, device: str | None, address: str, began: float) -> None:
        """After fail(), which every guess starts with."""
        account, *others = self._lists(device, address)
        account.clear()
        for failures in others:
            failures.remove(began)

    def sign_in_otherwise(self) -> None:
        if len(self.untrusted) >= 100:
            del self.untrusted[:-16]

    def _lists(self, device: str | None, address: str) -> list[list[float]]:
        if device:
            return [self.devices.setdefault(device, [])]
        return [self.untrusted, self.addresses.setdefault(address, [])]


def crowded(failures: list[float], now: float, limit: int, seconds: float) -> bool:
    """Whether so many lie so close together, and the last of them is no further back."""
    groups = zip(failures, failures[limit - 1 :], strict=False)
    return any(last - first < seconds and now < last + seconds for first, last in groups)
