"""Files rotate between any two calls that the tailer makes to the system."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.tails.scene import Scene

CALLS = ("open", "stat", "fstat", "pread", "lseek", "scandir")
LINES = 20  # 380 bytes: more than tell a file's continuation by its path


class Writer:
    """Rotates a file by copying and truncating, again and again; each move is one call to the system."""

    def __init__(self, folder: Path) -> None:
        self.lines: Counter[str] = Counter()
        self._file = folder / "a.log"
        self._numbers = count(1)
        self._moves = self._all()

    def move(self) -> bool:
        """Returns whether the move was the last one of a rotation."""
        return next(self._moves)

    def _all(self) -> Iterator[bool]:
        for turn in count(1):
            copy = self._file.with_name(f"a.log.{turn}")
            copy.touch()
            yield False
            data = self._file.read_bytes()
            for part in (data[:200], data[200:]):
                with copy.open("ab") as file:
                    file.write(part)
                yield False
            self._file.write_bytes(b"")
            yield False
            self.write()
            yield True

    def write(self) -> None:
        new = [f"line number {next(self._numbers):06d}" for _ in range(LINES)]
        with self._file.open("a") as file:
            file.write("".join(f"{line}\n" for line in new))
        self.lines.update(new)


@contextmanager
def between_calls(act: Callable[[], None]) -> Iterator[None]:
    """Calls a function before each call to the system, except before those that it makes itself."""
    acting = False

    def wrapped(call: Any) -> Any:
        def first(*given: Any, **named: Any) -> Any:
            nonlocal acting
            if not acting:
                acting = True
                try:
                    act()
                finally:
                    acting = False
            return call(*given, **named)

        return first

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(getattr(os, name)))
        yield


@given(gaps=st.lists(st.integers(0, 15), min_size=1, max_size=25), kills=st.sets(st.integers(1, 12), max_size=2))
def test_tailer_puts_each_line_once_when_files_rotate_between_its_calls(gaps: list[int], kills: set[int]) -> None:
    with TemporaryDirectory() as folder:
        writer, scene, left = Writer(Path(folder)), Scene(Path(folder), "*.log*"), [*gaps]

        def act() -> None:
            """Makes the moves that are due: each after so many calls of the tailer."""
            while left and left[0] == 0:
                left.pop(0)
                writer.move()
            if left:
                left[0] -= 1

        writer.write()
        with between_calls(act):
            for number in count():
                if not left:
                    break
                if number in kills:
                    scene.kill()
                scene.step()
        while not writer.move():
            pass
        assert Counter(scene.settle()) == writer.lines
