"""Asks questions: finds the tables, runs the process, and reads its answer within bounds."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from archive.questions.request import Column, End, Request, Table

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 20_000  # characters of a question


class AskError(Exception):
    """Means that a question has no answer; the message is for people."""


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
    """Runs one question. Another thread may cancel it."""

    def __init__(self, sql: str, tables: Sequence[Table], bounds: Bounds | None = None) -> None:
        """Raises AskError for a question that is empty or too long."""
        if not sql.strip():
            raise AskError("Write a question, such as SELECT count(*) FROM a stream that is archived.")
        if len(sql) > LONGEST:
            raise AskError(f"The question has {len(sql):,} characters; it may have {LONGEST:,}.")
        self._bounds = bounds or Bounds()
        limits = {name: getattr(self._bounds, name) for name in Bounds.__dataclass_fields__}
        self._request = Request(sql=sql, tables=list(tables), **limits)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def cancel(self) -> None:
        """Ends the question; `answer` then raises AskError."""
        with self._lock:
            self._cancelled = True
            if self._process:
                self._process.kill()

    def answer(self) -> Answer:
        """Returns the answer. Raises AskError."""
        with self._lock:
            if self._cancelled:
                raise AskError("The question was cancelled.")
            self._process = subprocess.Popen(
                [sys.executable, "-m", "archive.questions.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        try:
            out, _ = self._process.communicate(msgspec.json.encode(self._request), timeout=self._bounds.seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            raise AskError(f"The question took longer than {self._bounds.seconds:g} s, and was ended.") from None
        if self._cancelled:
            raise AskError("The question was cancelled.")
        return _read(out)


def _read(out: bytes) -> Answer:
    lines = out.splitlines()
    try:
        end = msgspec.json.decode(lines[-1], type=End) if lines else None
    except msgspec.ValidationError:
        end = None
    if end is None:
        raise AskError("The question was ended, since it needed more memory or processor time than it may have.")
    if end.error:
        raise AskError(end.error)
    columns = msgspec.json.decode(lines[0], type=list[Column])
    return Answer(columns, [msgspec.json.decode(line) for line in lines[1:-1]], end.cut)
