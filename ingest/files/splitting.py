"""Cuts blocks of bytes into lines, in bounded memory and without a step per line."""

import codecs
from typing import Protocol

from ingest.files.bad_lines import BadLineError, BadLines
from streams.backends.limits import LARGEST_RECORD
from streams.sources.base import SourceError
from streams.sources.frames import UNPACK_ERRORS

MAX_LINE = LARGEST_RECORD  # bytes: no stream takes a longer record
READ_ERRORS = (OSError, EOFError, UnicodeError, *UNPACK_ERRORS)


class Blocks(Protocol):
    """Reads the bytes of an open file, one block after the other."""

    def block(self) -> bytes | None:
        """Returns the next bytes, at most MAX_LINE; b"" at the end, None if there are none now. Raises READ_ERRORS."""

    def close(self) -> None:
        """Closes the file."""


class Lines:
    """Returns the lines of a file in runs, without their ends (\\n or \\r\\n) and without a byte order mark."""

    def __init__(self, blocks: Blocks, bad: BadLines) -> None:
        self.number = 1  # of the next line
        self.over = False  # whether every line was returned
        self._blocks = blocks
        self._bad = bad
        self._run: list[bytes] = []
        self._place = 0  # in the run
        self._unfinished: list[bytes] = []  # parts of a line whose end was not read yet
        self._size = 0  # bytes of the parts, those of an overlong line included
        self._at_start = True
        self._failure: SourceError | None = None

    def take(self, limit: int) -> tuple[int, list[bytes]]:
        """Returns the number of the next line, and at most `limit` lines; none at the end, or if none is there yet.

        Raises SourceError if the file cannot be read on, after all lines before that place were returned; its message
        follows a file name.
        """
        if self._place >= len(self._run):
            self._fill()
        lines = self._run[self._place : self._place + limit]
        self._place += len(lines)
        first, self.number = self.number, self.number + len(lines)
        return first, lines

    def ahead(self) -> list[bytes]:
        """Returns the lines that were read and not taken; reads on if there are none."""
        while self._place >= len(self._run) and self._fill():
            pass
        return self._run[self._place :]

    def start_again(self) -> int:
        """Counts from line 1 again; returns how many bytes of an unfinished line are dropped."""
        dropped = self._size
        self.number, self._unfinished, self._size, self._at_start = 1, [], 0, True
        return dropped

    def close(self) -> None:
        self._blocks.close()

    def _fill(self) -> bool:
        """Reads once; returns whether more can be read at once."""
        self._run, self._place = [], 0
        if self.over:
            return False
        if self._failure:
            raise self._failure
        try:
            data = self._blocks.block()
        except READ_ERRORS as error:
            self.close()
            self._failure = SourceError(f"cannot be read after line {self.number - 1:,}: {error}")
            raise self._failure from None
        if data:
            self._split(data)
        elif data is not None:
            self.over = True
            self.close()
            if self._size:
                self._run = [line.removesuffix(b"\r") for line in self._finished(b"")]
        return bool(data)

    def _split(self, data: bytes) -> None:
        if self._at_start:
            data, self._at_start = data.removeprefix(codecs.BOM_UTF8), False
        first, *others = data.split(b"\n")
        if not others:
            self._keep(first)
            return
        last = others.pop()
        lines = self._finished(first) + others
        self._keep(last)
        has_returns = b"\r" in data or any(line.endswith(b"\r") for line in lines[:1])
        self._run = [line.removesuffix(b"\r") for line in lines] if has_returns else lines

    def _keep(self, part: bytes) -> None:
        """Keeps the part of a line; of an overlong line, its length only."""
        self._size += len(part)
        if self._size > MAX_LINE:
            self._unfinished = []
        elif part:
            self._unfinished.append(part)

    def _finished(self, part: bytes) -> list[bytes]:
        """Returns the line that ends with this part; none if it is overlong, and then it is counted as bad."""
        self._keep(part)
        size, line = self._size, b"".join(self._unfinished)
        self._unfinished, self._size = [], 0
        if size <= MAX_LINE:
            return [line]
        self._bad.add(self.number, BadLineError(f"it is longer than {MAX_LINE:,} bytes", f"{size:,} bytes"))
        self.number += 1
        return []
