"""Each line is put once through rotations, kills and outages: against an oracle that only writes."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.tails.scene import Scene

names = st.sampled_from(["a.log", "b.log"])
moves = st.one_of(
    st.tuples(st.just("lines"), names, st.integers(1, 5)),
    st.tuples(st.just("part"), names, st.just(0)),
    st.tuples(st.just("rename"), names, st.just(0)),
    st.tuples(st.just("copy"), names, st.integers(0, 2)),
    st.tuples(st.just("step"), names, st.integers(1, 3)),
    st.tuples(st.just("wait"), names, st.integers(1, 20)),
    st.tuples(st.just("prune"), names, st.just(0)),
    st.tuples(st.just("kill"), names, st.just(0)),
    st.tuples(st.just("down"), names, st.integers(1, 2)),
)


class Oracle:
    """Writes lines of its own into the files, and knows which lines must come out."""

    def __init__(self, scene: Scene, start: str) -> None:
        self.scene = scene
        self.lines: Counter[str] = Counter()
        self.parts = {"a.log": "", "b.log": ""}  # lines that have no newline yet
        self._start = start
        self._count = 0

    def move(self, kind: str, name: str, number: int) -> None:
        match kind:
            case "lines":
                for _ in range(number):
                    self.write(name, self._text() + "\n")
            case "part":
                self.write(name, self._text())
            case "rename" | "copy":
                self.end(name)
                self.let_see()
                self.scene.rename(name) if kind == "rename" else self.scene.copy(name, steps=number)
            case "step":
                for _ in range(number):
                    self.scene.step()
            case "wait":
                self.scene.step(number)
            case "prune":
                self.prune()
            case "kill":
                self.scene.kill()
            case "down":
                self.scene.stream.down = number

    def prune(self) -> None:
        """Removes rotated files once they are read, so that their inodes are given to new files."""
        self.scene.stream.down = 0
        for _ in range(15):
            self.scene.step(1)
        for path in self.scene.folder.glob("*.log.*"):
            path.unlink()

    def let_see(self) -> None:
        """Lets the tailer see a file before it has a name that the pattern does not match."""
        if self.scene.flow.patterns[0].endswith(".log"):
            self.scene.stream.down = 0
            self.scene.step()
            self.scene.step()

    def write(self, name: str, text: str) -> None:
        self.scene.append(name, text)
        line, newline, _ = text.partition("\n")
        self.parts[name] += line
        if newline:
            self.end(name)

    def end(self, name: str) -> None:
        """Counts the line that is written so far as one."""
        if self.parts[name]:
            self.lines[self.parts[name]] += 1
            self.parts[name] = ""

    def _text(self) -> str:
        self._count += 1
        return f"{self._start}{self._count:06}"


@given(st.lists(moves, max_size=40), st.sampled_from(["*.log", "*.log*", "?.log*"]), st.sampled_from(["", "x" * 70]))
@settings(max_examples=150)
def test_tailer_puts_each_line_once(steps: list[Any], pattern: str, start: str) -> None:
    with TemporaryDirectory() as folder:
        scene = Scene(Path(folder), pattern)
        oracle = Oracle(scene, start)
        for step in steps:
            oracle.move(*step)
        for name, part in oracle.parts.items():
            if part:
                oracle.write(name, "\n")
        assert (Counter(scene.settle()), scene.lost()) == (oracle.lines, [])


@pytest.mark.parametrize("pattern", ["a.log", "a.log*"])
def test_tailer_reads_on_where_it_was_killed(tmp_path: Path, pattern: str) -> None:
    scene = Scene(tmp_path, pattern)
    scene.append("a.log", "1\n2\n")
    scene.step()
    scene.kill()
    scene.append("a.log", "3\n")
    assert scene.settle() == ["1", "2", "3"]
