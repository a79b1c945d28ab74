"""The file of an embedded store, and whether it still is the one that its path leads to.

SQLite goes on with a file that was deleted or replaced: a put into it would be durable, and read by nobody. So a stream
asks before it does anything, and again after each commit; os.stat costs about 2 µs, a put some milliseconds. It does
not go on with the new file by itself: SQLite would apply the log of the old one, PATH-wal, if that still lies there.
"""

import os
import sqlite3
from pathlib import Path

from streams.backends.embedded import schema
from streams.core.records import StreamError


class StoreFile:
    def __init__(self, path: Path) -> None:
        """Opens the file, and makes it if there is none. Raises sqlite3.Error."""
        self._path = path
        self.db = _connect(path)
        self._opened = _identity(path)

    def check(self) -> None:
        """Raises StreamError when the path no longer leads to the file that is open."""
        if _identity(self._path) != self._opened:
            raise StreamError(
                f"The file of the embedded stream, {self._path}, was deleted or replaced while it was in use: what is"
                " written now would be lost. End all that uses it, bring the file back from a backup, as docs/backup.md"
                f" says, without {self._path.name}-wal and {self._path.name}-shm of the one before, and start again."
            )


def _identity(path: Path) -> tuple[int, int] | None:
    """Returns device and inode; None if there is no file. An inode is not used again while its file is open."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")  # a put that returned survives the power cord
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA journal_size_limit = 67108864")
    schema.prepare(db)
    return db
