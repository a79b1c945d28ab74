"""The clock of one embedded stream, as its row in the file keeps it."""

import logging
import sqlite3
from typing import NamedTuple

from streams.backends.embedded import own_clock
from streams.backends.embedded.own_clock import Anchor, Look, Reading
from streams.core.clock import SECOND

logger = logging.getLogger(__name__)

Row = tuple[str, int]  # the anchor as text, and the newest stamp that was given, in milliseconds


class Tick(NamedTuple):
    """The stream's time at a write, and the anchor that its row must hold from then on."""

    now: int  # milliseconds; never before the newest stamp
    anchor: Anchor
    text: str


class OwnTime:
    """Tells the time of the stream of that name. `forget` must be called when somebody else has written."""

    def __init__(self, db: sqlite3.Connection, name: str, look: Look) -> None:
        self._db = db
        self._name = name
        self._text, self._anchor = "", Anchor()  # as they were read last
        self._known: tuple[Anchor, int] | None = None  # the row, when it was read last
        self.look = look

    def forget(self) -> None:
        self._known = None

    def tick(self, row: Row = ("", 0)) -> Tick:
        """Inside a transaction that will write `text` to the row."""
        text, last = row
        if text != self._text:
            self._text, self._anchor = text, own_clock.from_text(text)
        before, reading = self._anchor, self.look()
        anchor = before.moved(reading, last)
        now = max(anchor.at(reading.elapsed), last)
        if anchor.leaps != before.leaps:
            logger.warning(
                "The time of the stream %s leaps by %d s: this machine was off or paused, or its clock was set."
                " Nothing is trimmed because of that.",
                *(self._name, anchor.leaps[-1].skipped // SECOND),
            )
        return Tick(now, anchor, text if anchor is before else own_clock.to_text(anchor))

    def write(self) -> int:
        """Inside a transaction: moves the anchor on in the row, and returns the stream's time."""
        row = self._row()
        found = self.tick(row)
        if found.text != row[0]:
            self._db.execute("UPDATE streams SET clock = ? WHERE name = ?", [found.text, self._name])
        return found.now

    def at(self, reading: Reading) -> int | None:
        """The stream's time at a look at the clocks; None where the machine was started anew since the last write."""
        if self._known is None:
            text, last = self._row()
            self._known = own_clock.from_text(text), last
        anchor, last = self._known
        return max(anchor.at(reading.elapsed), last) if anchor.covers(reading) else None

    def newest(self) -> int:
        """The newest stamp that was given: no record still to come will be stamped before it."""
        return self._row()[1]

    def _row(self) -> Row:
        found = self._db.execute("SELECT clock, last_arrived FROM streams WHERE name = ?", [self._name]).fetchone()
        return (found[0], found[1]) if found else ("", 0)
