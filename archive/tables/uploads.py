"""Holds files that people sent or let the page fetch, until they keep them as tables: at most an hour."""

import fcntl
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from archive.tables.storing import TableError

MOST_EACH = 4  # files of a person; the oldest one goes
MOST = 40  # files of all people together, likewise
LONGEST = 3600.0  # seconds
MOST_NAME = 100  # characters of a file's name
_PLAIN = re.compile(r"[^\w.-]+", re.ASCII)


def keep(user: int, name: str, write: Callable[[IO[bytes]], object]) -> str:
    """Writes a file of a person, and returns the token by which they come back to it."""
    folder = _folder()
    token = secrets.token_hex(8)
    plain = _PLAIN.sub("_", name)[-MOST_NAME:].lstrip(".") or "file"
    place = folder / f"{user}-{token}-{plain}"
    try:
        with place.open("xb") as file:
            write(file)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    _sweep(folder, time.time())
    return token


def find(user: int, token: str) -> Path | None:
    """Returns the file of a person; None if it is gone, or another's."""
    if not re.fullmatch("[0-9a-f]{16}", token):
        return None
    folder = _folder()
    _sweep(folder, time.time())
    return next(folder.glob(f"{user}-{token}-*"), None)


def name_of(path: Path) -> str:
    """Returns the name that the file had."""
    return path.name.split("-", 2)[2]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keeps other processes of the site from making a table of a file meanwhile: it would take a second web process.

    Raises TableError if one does so already. The kernel frees the lock when its process ends, however it ends.
    """
    with (Path(settings.VAR_DIR) / "tables-held.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TableError("Another file becomes a table at this moment: try again in some seconds.") from None
        yield


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "tables-held"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _sweep(folder: Path, now: float) -> None:
    """Removes the files that are too old, or too many, of one person or of all."""
    kept = Counter[str]()
    for written, each in sorted(_written(folder), reverse=True):
        owner = each.name.partition("-")[0]
        if kept[owner] >= MOST_EACH or kept.total() >= MOST or written < now - LONGEST:
            each.unlink(missing_ok=True)
        else:
            kept[owner] += 1


def _written(folder: Path) -> Iterator[tuple[float, Path]]:
    """Yields each file with the time of its last write; another request may remove one meanwhile."""
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            yield each.stat().st_mtime, each
