"""Asks questions: runs the process of one, and reads its answer within bounds."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any

import msgspec

from archive.questions.request import LENGTH, Column, End, Form, Request, Table
from common.running import python

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 20_000  # characters of a question
LOOK = 0.2  # seconds between two looks at whether a question is cancelled
CANCELLED = "The question was cancelled."
KILLED = "The question was ended, since it needed more memory or processor time than it may have."


class AskError(Exception):
    """Means that a question has no answer; the message is for people; `line` and `column` count from 1, 0 for none."""

    def __init__(self, says: str, line: int = 0, column: int = 0) -> None:
        super().__init__(says)
        self.line, self.column = line, column


class CancelledError(AskError):
    """Means that a person cancelled the question."""


@dataclass(frozen=True)
class Bounds:
    """Holds the bounds of one question."""

    seconds: float = 30
    megabytes: int = 512
    threads: int = 2
    rows: int = 10_000
    answer: int = 16 << 20


@dataclass
class Answer:
    """Holds the answer of a question."""

    columns: list[Column] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    cut: bool = False  # at a bound of rows or bytes


class Question:
    """Asks one question. Another thread may cancel it."""

    def __init__(self, sql: str, tables: Sequence[Table], bounds: Bounds | None = None, form: Form = "rows") -> None:
        """Raises AskError for a question that is empty or too long."""
        if not sql.strip():
            raise AskError("Write a question, such as SELECT count(*) FROM a table.")
        if len(sql) > LONGEST:
            raise AskError(f"The question has {len(sql):,} characters; it may have {LONGEST:,}.")
        self._bounds = bounds or Bounds()
        limits = {name: getattr(self._bounds, name) for name in Bounds.__dataclass_fields__}
        self._request = msgspec.json.encode(Request(sql=sql, tables=list(tables), form=form, **limits))
        self._cancelled = False

    def cancel(self) -> None:
        """Ends the question within LOOK seconds; `answer` then raises CancelledError."""
        self._cancelled = True

    def answer(self, stopped: Callable[[], bool] = lambda: False) -> Answer:
        """Returns the answer. Raises AskError. Every LOOK seconds it asks `stopped` whether a person cancelled."""
        deadline = monotonic() + self._bounds.seconds
        data: bytes | None = self._request
        with _process() as process:
            while True:
                if self._cancelled or stopped():
                    raise CancelledError(CANCELLED)
                if (left := deadline - monotonic()) <= 0:
                    raise AskError(self._too_long())
                try:
                    out, _ = process.communicate(data, timeout=min(LOOK, left))
                    return _read(out)
                except subprocess.TimeoutExpired:
                    data = None  # the first call has taken it, and sends the rest of it

    def pieces(self) -> Iterator[bytes]:
        """Yields the bytes of the answer as a file. Raises AskError, also where the file would not be whole."""
        with _process() as process:
            assert process.stdin and process.stdout
            timer = Timer(self._bounds.seconds, process.kill)
            timer.start()
            try:
                process.stdin.write(self._request)
                process.stdin.close()
                while size := int.from_bytes(process.stdout.read(LENGTH.size)):
                    yield process.stdout.read(size)
                end = _end(process.stdout.read())
            except OSError:
                end = None
            finally:
                timer.cancel()
        if end is None:
            raise AskError(f"{KILLED} It has {self._bounds.seconds:g} s.")
        if end.error:
            raise AskError(end.error, end.line, end.column)
        if end.cut:
            most = f"{self._bounds.rows:,} rows or {self._bounds.answer:,} bytes"
            raise AskError(f"The answer has more than {most}, the most of a file. Write a LIMIT.")

    def _too_long(self) -> str:
        return f"The question took longer than {self._bounds.seconds:g} s, and was ended."


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    """Yields the process of a question, which is ended afterwards."""
    process = subprocess.Popen(  # noqa: S603 - a fixed command, without a shell
        [python(), "-m", "archive.questions.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):  # it has bytes for the process that has ended
                    pipe.close()


def _read(out: bytes) -> Answer:
    lines = out.splitlines()
    end = _end(lines[-1]) if lines else None
    if end is None:
        raise AskError(KILLED)
    if end.error:
        raise AskError(end.error, end.line, end.column)
    columns = msgspec.json.decode(lines[0], type=list[Column])
    return Answer(columns, [msgspec.json.decode(line) for line in lines[1:-1]], end.cut)


def _end(line: bytes) -> End | None:
    """Returns the object that ends an answer; None if the process ended before it."""
    try:
        return msgspec.json.decode(line, type=End)
    except msgspec.DecodeError:
        return None
