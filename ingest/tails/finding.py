"""Keeps the paths of the files of a flow: those that its patterns match, and those beside them after a rotation."""

import os
import time
from collections.abc import Sequence

from ingest.tails import copies
from ingest.tails.folders import Entry, Folders
from ingest.tails.positions import Id

OFTEN = 0.1  # seconds between two searches, or SHARE times as long as a search takes, up to SELDOM
SHARE = 100
SELDOM = 5.0


class Finding:
    """Holds the result of the last search."""

    def __init__(self, patterns: Sequence[str], folders: Folders) -> None:
        self.matched: dict[Id, str] = {}
        self._patterns = patterns
        self._folders = folders
        self._named: set[str] = set()
        self._beside: dict[str, dict[Id, str]] = {}  # by folder
        self._next = 0.0

    def search(self, now: float, *, anew: bool) -> bool:
        """Searches for files if that is due, or `anew` in any case; returns whether a path may be another one."""
        if now < self._next and not anew:
            return False
        began = time.perf_counter()
        changed = self._folders.changed(self._patterns) or anew
        if changed:
            matched = {entry.id: entry.path for pattern in self._patterns for entry in self._folders.find(pattern)}
            self.matched, self._named = matched, set(matched.values())
            self._beside.clear()
        self._next = now + min(SELDOM, max(OFTEN, SHARE * (time.perf_counter() - began)))
        return changed

    def path_of(self, key: Id, path: str) -> str | None:
        """Returns the path of a file: one that matches, or else one in the folder where it was last."""
        return self.matched.get(key) or self._in_folder(path).get(key)

    def look_beside(self) -> None:
        """Forgets the files that no pattern matches, so that they are looked for again."""
        self._beside.clear()

    def beside(self, path: str) -> list[Entry]:
        """Returns all files of a file's folder."""
        return [*self._folders.beside(path)]

    def has_successor(self, path: str) -> bool:
        """Returns whether a path is that of a matching file with a rotation's ending."""
        return copies.original(path) in self._named

    def complaints(self) -> list[str]:
        return self._folders.complaints()

    def _in_folder(self, path: str) -> dict[Id, str]:
        folder = os.path.dirname(path)
        if folder not in self._beside:
            self._beside[folder] = {each.id: each.path for each in self._folders.beside(path)}
        return self._beside[folder]
