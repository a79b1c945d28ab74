"""Opens a file or standard input, packed or not, block by block."""

import io
import os
import select
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common.running import to_run
from ingest.files.bad_lines import BadLines
from ingest.files.splitting import READ_ERRORS, Blocks
from streams.sources.base import SourceError
from streams.sources.frames import LOOK
from streams.sources.packing import PACKERS, as_utf8, unpacked_stream, wide_encoding

BLOCK = 1 << 20  # bytes that are read at once: thousands of lines
STDIN = 0  # the descriptor; sys.stdin is None where it is closed
WAIT = 0.02  # seconds that a read waits for a pipe: shorter than a person notices, longer than a writer pauses
BINARY = {
    b"PK\x03\x04": "a .zip or Excel file; unpack it, or save it as .csv",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls); save it as .csv",
    b"PAR1": "a Parquet file; write it as .csv or JSON lines",
    b"7z\xbc\xaf": "a .7z archive; unpack it and give the file in it",
    b"SQLite format 3\0": "an SQLite database; write its table as .csv",
    b"%PDF": "a PDF; give the data as .csv",
    b"Obj\x01": "an Avro file; write it as JSON lines",
}


class Pipe(io.RawIOBase):
    """Reads a pipe, a terminal or any other descriptor; holds the bytes that were read to look at the first line."""

    def __init__(self, descriptor: int, file: io.BufferedReader | None = None) -> None:
        """Waits until the first line is there, or the end. `file` is closed with the pipe, if it is given."""
        self._descriptor = descriptor
        self._file = file
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._start = b""
        while len(self._start) < LOOK and b"\n" not in self._start:
            if not (data := os.read(descriptor, LOOK)):
                break
            self._start += data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]", /) -> int:  # type: ignore[override]  # as io's
        if not self._start:
            self._start = os.read(self._descriptor, len(buffer))
        count = min(len(buffer), len(self._start))
        buffer[:count] = self._start[:count]
        self._start = self._start[count:]
        return count

    def peek(self, size: int, /) -> bytes:
        return self._start

    def block(self) -> bytes | None:
        """Returns the bytes that are there, or come within WAIT; None if there are none yet, b"" at the end."""
        if self._start:
            start, self._start = self._start, b""
            return start
        return os.read(self._descriptor, BLOCK) if self._poll.poll(WAIT * 1000) else None

    def close(self) -> None:
        super().close()
        if self._file:
            self._file.close()


class Whole:
    """Reads a file from its beginning to its end."""

    def __init__(self, unpacked: io.BufferedReader, file: io.BufferedReader | Pipe) -> None:
        """Reads the unpacked bytes; `file` is closed at the end."""
        self._unpacked = unpacked
        self._file = file
        self._failure: Exception | None = None  # raised after the bytes before it were returned

    def block(self) -> bytes | None:
        parts: list[bytes] = []
        left = BLOCK
        try:
            while left > 0 and not self._failure and (part := self._unpacked.read1(left)):
                parts.append(part)
                left -= len(part)
        except READ_ERRORS as error:
            self._failure = error
        if self._failure and not parts:
            raise self._failure
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()


class Followed:
    """Reads a file that grows, also after it was truncated or replaced, and tells of both."""

    def __init__(self, path: Path, bad: BadLines) -> None:
        # Called when the file begins anew; returns how many bytes of an unfinished line are dropped.
        self.restart: Callable[[], int] = lambda: 0
        self._path = path
        self._bad = bad
        self._file = path.open("rb", buffering=0)

    def block(self) -> bytes | None:
        """Returns the next bytes; None if there are none yet."""
        if data := self._file.read(BLOCK):
            return data
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)
            self._start_again("was truncated; it is read from its start again")
        elif new := self._replacement():
            self._file.close()
            self._file = new
            tail = to_run("produce", "tail", "--help")
            self._start_again(f"was replaced; the new file is read from its start (for files that rotate: {tail})")
        return None

    def close(self) -> None:
        self._file.close()

    def _replacement(self) -> io.FileIO | None:
        """Returns the open file that has the name now, if it is another one."""
        try:
            if os.path.samestat(self._path.stat(), os.fstat(self._file.fileno())):
                return None
            return self._path.open("rb", buffering=0)
        except OSError:
            return None  # not there yet, or not readable yet

    def _start_again(self, what: str) -> None:
        dropped = self.restart()
        self._bad.say(f"{what}.{f' {dropped:,} bytes of an unfinished line are lost.' if dropped else ''}")


def open_blocks(path: Path | None, encoding: str | None) -> Blocks:
    """Opens a file, or standard input for None. Raises SourceError; its message follows a file name."""
    file: io.BufferedReader | Pipe | None = None
    try:
        if path is None:
            file = Pipe(STDIN)
        else:
            file = path.open("rb")
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file = Pipe(file.fileno(), file)
        return _blocks(file, encoding)
    except (SourceError, *READ_ERRORS) as error:
        if file:
            file.close()
        reason = error.strerror if isinstance(error, OSError) else None
        raise error if isinstance(error, SourceError) else SourceError(f"cannot be read: {reason or error}.") from None


def _blocks(file: io.BufferedReader | Pipe, encoding: str | None) -> Blocks:
    if isinstance(file, Pipe) and not is_special(file.peek(LOOK), encoding):
        return file
    whole: Any = io.BufferedReader(file, LOOK) if isinstance(file, Pipe) else file
    inner = unpacked_stream(whole) or whole
    for mark, kind in BINARY.items():
        if inner.peek(LOOK).startswith(mark):
            raise SourceError(f"is {kind}.")
    return Whole(as_utf8(inner, None if keeps_newlines(encoding) else encoding), file)


def is_special(start: bytes, encoding: str | None) -> bool:
    """Returns whether bytes that begin so are no plain lines: packed, of wide characters, or no text at all."""
    return (
        start.startswith((*PACKERS, *BINARY))
        or wide_encoding(start) is not None
        or (b"\r" in start and b"\n" not in start)
        or not keeps_newlines(encoding)
    )


def keeps_newlines(encoding: str | None) -> bool:
    """Returns whether lines can be cut before they are decoded: not in UTF-16, UTF-32, UTF-7 or EBCDIC."""
    return encoding is None or "\n\rA{,".encode(encoding, errors="replace") == b"\n\rA{,"


def open_followed(path: Path, bad: BadLines, encoding: str | None) -> Followed:
    """Opens a file that grows. Raises SourceError, after a file's name."""
    try:
        with path.open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SourceError("is no plain file, so that it needs no --follow: its lines are read until it closes.")
            if is_special(file.peek(LOOK)[:LOOK], encoding):
                raise SourceError("is packed or no plain text, and cannot be followed; leave out --follow.")
        return Followed(path, bad)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}.") from None
