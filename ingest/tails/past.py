"""Remembers the files that are not followed any more, for the report."""

from collections.abc import Callable

from msgspec.structs import replace

from ingest.tails.positions import TRUNCATED, Position

KEPT = 1000  # files


class Past:
    """Holds the last positions of files that are gone, by serial number."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._positions: dict[int, Position] = {}
        self.told: list[str] = []  # sentences for people, of what is lost

    def load(self, serial: int, position: Position) -> None:
        self._positions[serial] = position

    def end(self, serial: int, position: Position, state: str, lost: int) -> dict[int, Position | None]:
        """Ends a position; returns the changes to store, by serial number: None removes one."""
        if lost:
            why = "was truncated" if state == TRUNCATED else "was removed"
            self.told.append(f"{position.path} {why} before its end was read: at least {lost:,} bytes are lost.")
        if not position.headed:
            return {}
        ended = replace(position, state=state, lost=lost, seen=self._now())
        changes: dict[int, Position | None] = {serial: ended}
        self._positions[serial] = ended
        while len(self._positions) > KEPT:
            oldest = min(self._positions)
            del self._positions[oldest]
            changes[oldest] = None
        return changes
