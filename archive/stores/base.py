"""Defines where the files of an archive are kept; tests/archive/test_stores.py holds each kind to it."""

from collections.abc import Iterator
from typing import Protocol


class StoreError(Exception):
    """Means that the place of the archive did not answer or refused; the message is a sentence for people."""


class MissingFileError(StoreError):
    """Means that there is no file of that path."""


class FileStore(Protocol):
    """Keeps files by path. Every method may raise StoreError."""

    def put(self, path: str, content: bytes) -> None:
        """Stores a file whole, in place of any of that path. When it returns, the file is durable."""

    def get(self, path: str) -> bytes:
        """Returns the bytes of a file. Raises MissingFileError."""

    def remove(self, path: str) -> None:
        """Removes a file, if it is there."""

    def paths(self, prefix: str) -> Iterator[str]:
        """Yields the paths of all files that begin with the prefix, in any order."""

    def url(self, path: str) -> str:
        """Returns the address by which other software reads the file."""
