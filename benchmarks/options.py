"""How much a benchmark does."""

from typing import NamedTuple


class Options(NamedTuple):
    minutes: float = 2  # of `memory`
    brief: bool = False

    def rounds(self, count: int) -> range:
        return range(1 if self.brief else count)

    def amount(self, full: int) -> int:
        """Records, seconds, sockets."""
        return max(1, full // 10) if self.brief else full
