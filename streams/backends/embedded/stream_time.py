"""Keeps the clock of one embedded stream in the stream's row of the file."""

import logging
import sqlite3

import msgspec

from streams.backends.embedded import own_clock
from streams.backends.embedded.own_clock import Anchor, Look, Reading
from streams.core.clock import SECOND

logger = logging.getLogger(__name__)

Row = tuple[str, int]  # the anchor as text, and the newest given stamp, in milliseconds


class Tick(msgspec.Struct, frozen=True):
    """Holds the stream's time at a write, and the anchor to store in its row."""

    now: int  # milliseconds; never before the newest stamp
    anchor: Anchor
    text: str


class OwnTime:
    """Tells the time of the named stream. Call `forget` when another connection has written."""

    def __init__(self, db: sqlite3.Connection, name: str, look: Look) -> None:
        self._db = db
        self._name = name
        self._text, self._anchor = "", Anchor()  # as last read
        self._known: tuple[Anchor, int] | None = None  # the row, as last read
        self.look = look

    def forget(self) -> None:
        self._known = None

    def tick(self, row: Row, reading: Reading) -> Tick:
        """Returns the time at a write. Call it inside a transaction that will write `text` to the row."""
        text, last = row
        if text != self._text:
            self._text, self._anchor = text, own_clock.from_text(text)
        before = self._anchor
        anchor = before.moved(reading, last)
        now = max(anchor.at(reading.elapsed), last)
        if anchor.leaps != before.leaps:
            logger.warning(
                "The time of the stream %s leaps by %d s: this machine was off or paused, or its clock was set."
                " Nothing is trimmed because of that.",
                self._name,
                anchor.leaps[-1].skipped // SECOND,
            )
        return Tick(now, anchor, text if anchor is before else own_clock.to_text(anchor))

    def write(self) -> int:
        """Moves the anchor in the row on, inside a transaction, and returns the stream's time."""
        row = self._row()
        found = self.tick(row, self.look())
        if found.text != row[0]:
            self._db.execute("UPDATE streams SET clock = ? WHERE name = ?", [found.text, self._name])
        return found.now

    def at(self, reading: Reading) -> int | None:
        """Returns the stream's time at a look at the clocks; None if the machine has rebooted since the last write."""
        if self._known is None:
            text, last = self._row()
            self._known = own_clock.from_text(text), last
        anchor, last = self._known
        return max(anchor.at(reading.elapsed), last) if anchor.covers(reading) else None

    def newest(self) -> int:
        """Returns the newest given stamp: no later record will be stamped before it."""
        return self._row()[1]

    def _row(self) -> Row:
        found = self._db.execute("SELECT clock, last_arrived FROM streams WHERE name = ?", [self._name]).fetchone()
        return (found[0], found[1]) if found else ("", 0)
