"""Real processes, killed as the power would do it, while files rotate."""

import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON, after
from tests.deployment import Deployment, kill
from tests.waiting import wait_for

KILLS = 10


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    deployment = Deployment(tmp_path)
    deployment.environment["VAR_DIR"] = str(tmp_path / "var")
    (tmp_path / "logs").mkdir()
    (tmp_path / "tail.toml").write_text(
        f'[[flow]]\nfiles = "{tmp_path}/logs/*.log*"\nstream = "lines"\nkey = "deterministic"\n'
    )
    deployment.create("lines")
    return deployment


def stored(deployment: Deployment) -> Iterator[bytes]:
    stream = EmbeddedStream(deployment.streams, "lines")
    position = TRIM_HORIZON
    while batches := stream.read("shardId-000000000000", position, 100_000).batches:
        for batch in batches:
            yield from batch.datas
        position = after(batches[-1].sequences[-1])
    stream.close()


class Writer:
    """Writes numbered lines into two files, and rotates one by renaming, the other by copying and truncating."""

    def __init__(self, folder: Path) -> None:
        self.written: list[bytes] = []
        self._folder = folder
        self._numbers = count()

    def write(self, lines: int) -> None:
        for name in ("renamed.log", "copied.log"):
            new = [b"%s %d" % (name.encode(), next(self._numbers)) for _ in range(lines)]
            with (self._folder / name).open("ab") as file:
                file.write(b"\n".join(new) + b"\n")
            self.written += new

    def rotate(self, turn: int) -> None:
        (self._folder / "renamed.log").rename(self._folder / f"renamed.log.{turn}")
        shutil.copyfile(self._folder / "copied.log", self._folder / f"copied.log.{turn}")
        (self._folder / "copied.log").write_bytes(b"")


def held(deployment: Deployment) -> int:
    """Returns how many records the stream has."""
    stream = EmbeddedStream(deployment.streams, "lines")
    records = stream.describe().shards[0].records
    stream.close()
    return records or 0


def test_tailer_puts_each_line_once_when_it_is_killed_while_files_rotate(deployment: Deployment) -> None:
    writer, chance = Writer(deployment.folder / "logs"), Random(7)
    words = ("produce", "tail", "--config", "tail.toml")
    for turn in range(KILLS):
        before = held(deployment)
        writer.write(2000)
        tailer = deployment.start(*words)
        for part in range(3):
            writer.rotate(10 * turn + part)
            writer.write(2000)
            wanted = before + part * chance.randint(0, 2000)
            wait_for(lambda: held(deployment) > wanted)  # noqa: B023 - it is called at once
        if turn == 0:
            assert "is run by another process" in deployment.run(*words, code=1)
        writer.write(3000)
        kill(tailer)
    tailer = deployment.start(*words)
    wait_for(lambda: held(deployment) >= len(writer.written))
    tailer.terminate()
    tailer.communicate(timeout=60)
    assert tailer.returncode == 0
    assert Counter(stored(deployment)) == Counter(writer.written)
