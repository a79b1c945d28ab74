"""Opens the file of an embedded store, and checks that its path still leads to it.

SQLite continues with a file that was deleted or replaced: a put into it would be durable, but nobody could read it. So
a stream checks before each read, and after each commit, before it acknowledges anything. A reader that waits at the tip
checks every RECHECK milliseconds: its watermark trails the clock by more, so that it passes no record of a new file.
The stream does not switch to the new file by itself: SQLite would apply the log of the old one, PATH-wal, if that
still lies there.
"""

import os
import sqlite3
from pathlib import Path

from streams.backends.embedded import schema
from streams.core.records import StreamError

RECHECK = 250
# Tells two states of a file apart: a number that changes with commits of other connections, and that of our changes.
Version = tuple[int, int]


class StoreFile:
    def __init__(self, path: Path) -> None:
        """Opens the file, and creates it if there is none. Raises sqlite3.Error."""
        self._path = path
        self._name = os.fspath(path)
        self.db = _connect(path)
        self._opened = _identity(self._name)
        self._due = 0

    def recheck(self, elapsed: int) -> None:
        """Checks if the last call that did was RECHECK milliseconds ago; `elapsed` is the time since boot."""
        if not self._due - RECHECK <= elapsed < self._due:
            self.check()
            self._due = elapsed + RECHECK

    def check(self) -> None:
        """Raises StreamError if the path no longer leads to the open file."""
        if _identity(self._name) != self._opened:
            raise StreamError(
                f"The file of the embedded stream, {self._path}, was deleted or replaced while it was in use: records"
                " written now would be lost. Stop its processes, restore the file from a backup as docs/backup.md"
                f" says, without the old {self._path.name}-wal and {self._path.name}-shm, and start again."
            )


def version_of(db: sqlite3.Connection) -> Version:
    """Returns the version of the file's content; one cheap look at its header."""
    return db.execute("PRAGMA data_version").fetchone()[0], db.total_changes


def _identity(path: str) -> tuple[int, int] | None:
    """Returns device and inode; None if there is no file. An inode is not reused while its file is open."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")  # a finished put survives a power failure
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA journal_size_limit = 67108864")
    schema.prepare(db)
    return db
