"""Puts records together with the positions of their files."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from streams.backends.base import Stream
from streams.backends.embedded.appending import Writing
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import Entry, StreamError

Marks = Mapping[str, str | None]


class ThrottledError(StreamError):
    """Means that the stream took none of the records, since they are more than it may take at a time."""


class Target(Protocol):
    """Is a stream with the marks of those that put into it."""

    exactly_once: bool

    def marks(self, prefix: str) -> dict[str, str]:
        """Returns the stored marks. Raises StreamError."""

    def put(self, entries: Sequence[Entry], marks: Marks) -> None:
        """Stores records and marks. Raises StreamError, and ThrottledError."""


class EmbeddedTarget:
    """Stores records and marks in one transaction."""

    exactly_once = True

    def __init__(self, stream: EmbeddedStream) -> None:
        self._stream = stream

    def marks(self, prefix: str) -> dict[str, str]:
        return self._stream.marks(prefix)

    def put(self, entries: Sequence[Entry], marks: Marks) -> None:
        [written] = self._stream.append([Writing(entries, marks=marks)])
        if written.errors:
            raise ThrottledError(f"The stream {self._stream.name!r} takes fewer records a second.")


class BesideTarget:
    """Stores marks in a file after the put, for a stream that keeps none: a kill between both repeats records."""

    exactly_once = False

    def __init__(self, stream: Stream, path: Path) -> None:
        self._stream = stream
        self._path = path
        try:
            self._marks: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        except (OSError, ValueError) as error:
            raise StreamError(f"The positions in {path} cannot be read: {error}") from None

    def marks(self, prefix: str) -> dict[str, str]:
        return {name: value for name, value in self._marks.items() if name.startswith(prefix)}

    def put(self, entries: Sequence[Entry], marks: Marks) -> None:
        if entries:
            self._stream.put(entries)
        kept = {**self._marks, **marks}
        self._marks = {name: value for name, value in kept.items() if value is not None}
        try:
            self._write()
        except OSError as error:
            raise StreamError(f"The positions cannot be written to {self._path}: {error}") from None

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        with new.open("w") as file:
            json.dump(self._marks, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
