"""A flow on a folder of real files, with a stream and a clock of the test's own."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.tails import keys, positions
from ingest.tails.cutting import Rules
from ingest.tails.flows import Flow
from ingest.tails.tailer import Tailer
from ingest.tails.tracking import Tracker
from streams.core.records import Entry, StreamDownError


class Stored:
    """Is a stream that keeps records and marks together, and may be down."""

    exactly_once = True

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.kept: dict[str, str] = {}
        self.down = 0  # so many puts fail

    def marks(self, prefix: str) -> dict[str, str]:
        return {name: value for name, value in self.kept.items() if name.startswith(prefix)}

    def put(self, entries: Sequence[Entry], marks: Mapping[str, str | None]) -> None:
        if self.down:
            self.down -= 1
            raise StreamDownError("The disk is full.")
        self.entries += entries
        kept = {**self.kept, **marks}
        self.kept = {name: value for name, value in kept.items() if value is not None}


class Scene:
    """Writes, rotates and reads files; `kill` forgets all that is not stored."""

    def __init__(self, folder: Path, pattern: str = "*.log", *, from_end: bool = False, headers: int = 0,
                 rules: Rules = Rules()) -> None:  # noqa: B008 - it never changes  # fmt: skip
        self.folder = folder
        self.now = 1000.0
        self.stream = Stored()
        self.flow = Flow(name="flow", patterns=(str(folder / pattern),), stream="lines", key=keys.deterministic,
                         from_end=from_end, headers=headers, rules=rules)  # fmt: skip
        self.kill()

    def kill(self) -> None:
        tracker = Tracker(self.flow.patterns, from_end=self.flow.from_end, headers=self.flow.headers)
        self.tailer = Tailer(self.flow, self.stream, tracker, lambda: self.now)

    def step(self, seconds: float = 0.1) -> None:
        self.now += seconds
        try:
            self.tailer.step()
        except StreamDownError:
            return

    def settle(self) -> list[str]:
        """Reads until nothing changes for longer than any wait; returns all lines that are in."""
        for _ in range(60):
            self.step(0.5)
        return self.lines()

    def lines(self) -> list[str]:
        return [data.decode() for _, data in self.stream.entries]

    def lost(self) -> list[tuple[str, int]]:
        """Returns the paths and bytes that the marks tell are lost."""
        found = positions.decoded(self.stream.kept, self.flow.prefix)
        return [(position.path, position.lost) for position in found.values() if position.lost]

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a") as file:
            file.write(text)

    def shift(self, name: str) -> None:
        """Makes room for NAME.1, as logrotate does."""
        for number in range(9, 0, -1):
            old = self.folder / f"{name}.{number}"
            if old.exists():
                old.rename(self.folder / f"{name}.{number + 1}")

    def rename(self, name: str) -> None:
        """Rotates by renaming; the new file is empty."""
        if (self.folder / name).exists():
            self.shift(name)
            (self.folder / name).rename(self.folder / f"{name}.1")
            (self.folder / name).touch()

    def copy(self, name: str, *, steps: int = 0) -> None:
        """Rotates by copying and truncating, with steps of the tailer before, between and after."""
        source, target = self.folder / name, self.folder / f"{name}.1"
        if source.exists():
            self.shift(name)
            target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
            for _ in range(steps):
                self.step()
            shutil.copyfile(source, target)
            for _ in range(steps):
                self.step()
            source.write_bytes(b"")
