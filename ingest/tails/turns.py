"""Chooses the files that are looked at: those that changed lately at each look, the others in turn."""

from collections.abc import Collection

from ingest.tails.files import Followed

SEEN_A_LOOK = 100  # quiet files: of 10,000 each is seen every 10 s, for less than 1 % of a core
BUSY = 10.0  # seconds: a file that changed so recently is seen at each look


class Turns:
    """Knows which files changed lately, or are not read to their end."""

    def __init__(self) -> None:
        self.busy: dict[Followed, None] = {}
        self._round: list[Followed] = []
        self._place = 0

    def add(self, file: Followed) -> None:
        self.busy[file] = None

    def due(self, every: Collection[Followed], now: float) -> list[Followed]:
        """Returns the files for one look; some may not be followed any more."""
        if self._place >= len(self._round):
            self._round, self._place = [*every], 0
        part = self._round[self._place : self._place + SEEN_A_LOOK]
        self._place += SEEN_A_LOOK
        self.busy = {file: None for file in self.busy if now - file.quiet_since < BUSY or file.unsettled}
        return [*dict.fromkeys((*part, *self.busy))]
