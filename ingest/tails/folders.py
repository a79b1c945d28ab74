"""Finds the files that a pattern matches, and lists folders again only after they have changed."""

import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from fnmatch import translate
from typing import NamedTuple

from ingest.tails.positions import Id

WILD = re.compile(r"[*?[]")
PACKED = re.compile(r"\.(gz|bz2|xz|zst|lz4|lzma|Z|zip)$")
SETTLED = 2.0  # seconds: a folder that changed so recently may change again under the same time stamp
LISTED_ANEW = 10.0  # seconds: a network's file system may not tell of changes
MOST_FOLDERS = 10_000


class Entry(NamedTuple):
    """Describes one regular file of a folder."""

    path: str
    id: Id


class _Listing(NamedTuple):
    changed: int  # nanoseconds: the folder's time stamp
    at: float  # seconds of the wall clock: when it was listed
    files: dict[str, tuple[int, Id]]  # by name: the entry's own inode, and the file that it leads to
    folders: list[str]  # names
    not_text: int = 0  # entries whose names are not UTF-8; they are left out


class Folders:
    """Lists the files of patterns. Patterns may have *, ? and [] in every part, and ** for any number of folders."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._listings: dict[str, _Listing] = {}
        self.unreadable: dict[str, str] = {}  # folders, with the reason
        self._told: dict[str, str] = {}
        self._version = 0  # grows when a listing differs from the one before
        self._seen = -1  # the version of the last call of `changed`

    def find(self, pattern: str) -> Iterator[Entry]:
        """Yields the files that match, compressed ones left out."""
        folder, parts = _split(pattern)
        for path in self._walk(folder, parts[:-1]):
            matching = re.compile(translate(parts[-1])).match
            hidden = parts[-1].startswith(".")
            for name, (_, found) in self.list(path).files.items():
                if matching(name) and (hidden or not name.startswith(".")) and not PACKED.search(name):
                    yield Entry(os.path.join(path, name), found)

    def changed(self, patterns: Iterable[str]) -> bool:
        """Returns whether a folder of the patterns holds other entries than at the last call."""
        for pattern in patterns:
            folder, parts = _split(pattern)
            for path in self._walk(folder, parts[:-1]):
                self.list(path)
        before, self._seen = self._seen, self._version
        return before != self._version

    def packed(self) -> int:
        """Returns how many compressed files are in the folders that were listed."""
        return sum(PACKED.search(name) is not None for each in self._listings.values() for name in each.files)

    def beside(self, path: str) -> Iterator[Entry]:
        """Yields all files of a file's folder, compressed ones left out."""
        folder = os.path.dirname(path)
        for name, (_, found) in self.list(folder).files.items():
            if not PACKED.search(name):
                yield Entry(os.path.join(folder, name), found)

    def complaints(self) -> list[str]:
        """Returns a sentence for each folder that cannot be read in full, once for each reason."""
        new = {folder: why for folder, why in self.unreadable.items() if self._told.get(folder) != why}
        self._told = dict(self.unreadable)
        return [f"The folder {folder} cannot be read in full: {why}." for folder, why in new.items()]

    def _walk(self, folder: str, parts: list[str]) -> Iterator[str]:
        if not parts:
            yield folder
            return
        first, *others = parts
        if first == "**":
            yield from self._walk(folder, others)
            for name in self.list(folder).folders:
                yield from self._walk(os.path.join(folder, name), parts)
        elif WILD.search(first):
            for name in filter(re.compile(translate(first)).match, self.list(folder).folders):
                yield from self._walk(os.path.join(folder, name), others)
        else:
            yield from self._walk(os.path.join(folder, first), others)

    def list(self, folder: str) -> _Listing:
        """Returns the entries of a folder; none if it cannot be read."""
        now = self._now()
        old = self._listings.get(folder)
        try:
            changed = os.stat(folder).st_mtime_ns
            if old and old.changed == changed and old.at - changed / 1e9 > SETTLED and now - old.at < LISTED_ANEW:
                return old
            listing = _listed(folder, changed, now, old.files if old else {})
        except OSError as error:
            self._version += self._listings.pop(folder, None) is not None
            if not isinstance(error, FileNotFoundError):
                self.unreadable[folder] = str(error.strerror)
            return _Listing(0, now, {}, [])
        self.unreadable.pop(folder, None)
        self._version += old is None or (old.files, old.folders) != (listing.files, listing.folders)
        if listing.not_text:
            self.unreadable[folder] = f"{listing.not_text:,} names in it are not UTF-8"
        if len(self._listings) < MOST_FOLDERS or old:
            self._listings[folder] = listing
        return listing


def _listed(folder: str, changed: int, now: float, known: dict[str, tuple[int, Id]]) -> _Listing:
    files: dict[str, tuple[int, Id]] = {}
    folders: list[str] = []
    not_text: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.isascii() and not _is_text(entry.name):
                not_text.append(entry.name)
            elif entry.name in known and known[entry.name][0] == entry.inode() and not entry.is_symlink():
                files[entry.name] = known[entry.name]
            elif found := _file(entry):
                files[entry.name] = entry.inode(), found
            elif entry.is_dir(follow_symlinks=False):  # a link could lead round in a circle
                folders.append(entry.name)
    return _Listing(changed, now, files, folders, len(not_text))


def _is_text(name: str) -> bool:
    """Returns whether a name is valid UTF-8; a position could not be stored under another."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _file(entry: "os.DirEntry[str]") -> Id | None:
    """Returns the regular file that an entry leads to; None if there is none."""
    try:
        found = entry.stat()
    except OSError:  # removed since, or a link that leads nowhere
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _split(pattern: str) -> tuple[str, list[str]]:
    """Returns the folder from which a pattern is walked, and the parts below it."""
    parts = os.path.abspath(pattern).split(os.sep)[1:]
    # ** after ** finds nothing more, but each of them would walk through all folders below anew.
    parts = [part for place, part in enumerate(parts) if part != "**" or parts[place - 1 : place] != ["**"]]
    fixed = next((place for place, part in enumerate(parts[:-1]) if WILD.search(part)), len(parts) - 1)
    return os.path.join(os.sep, *parts[:fixed]), parts[fixed:]
