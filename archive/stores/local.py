"""Keeps the files of an archive in a folder of this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archive.stores.base import MissingFileError, StoreError

PART = ".part"  # the end of the name of a file that is being written


class LocalStore:
    """Is a FileStore in a folder. Each file is synced before it takes its name, and the folder after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, path: str, content: bytes) -> None:
        place = self._folder / path
        part = place.with_name(f"{place.name}.{os.getpid()}{PART}")
        with _told(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
            for folder in (place.parent, *place.parent.parents):  # a folder that is new must be durable too
                _sync(folder)
                if folder == self._folder:
                    break

    def get(self, path: str) -> bytes:
        with _told(self._folder / path):
            return (self._folder / path).read_bytes()

    def remove(self, path: str) -> None:
        place = self._folder / path
        with _told(place):
            place.unlink(missing_ok=True)
        for folder in place.parents:
            if folder == self._folder:
                break
            with suppress(OSError):  # it is not empty
                folder.rmdir()

    def paths(self, prefix: str) -> Iterator[str]:
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = Path(folder, name).relative_to(self._folder).as_posix()
                if path.startswith(prefix) and not name.endswith(PART):
                    yield path

    def url(self, path: str) -> str:
        return str((self._folder / path).resolve())


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise MissingFileError(f"There is no file {place}.") from None
    except OSError as error:
        raise StoreError(f"The archive's file {place} cannot be used: {error.strerror}.") from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
