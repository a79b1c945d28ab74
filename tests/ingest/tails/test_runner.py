"""Flows run in turn, past outages and limits of their streams."""

from pathlib import Path

import pytest

from ingest.tails import keys
from ingest.tails.flows import Flow
from ingest.tails.locks import Locks
from ingest.tails.runner import TailRunner
from ingest.tails.tailer import Tailer
from ingest.tails.targets import BesideTarget, EmbeddedTarget
from ingest.tails.tracking import Tracker
from streams.backends.embedded.limits import LimitedStream
from streams.backends.retrying import Waiting
from streams.core.records import StreamError
from tests.fakes import MemoryStream
from tests.ingest.tails.scene import Scene


@pytest.fixture
def flow(tmp_path: Path) -> Flow:
    return Flow(name="app", patterns=(str(tmp_path / "*.log"),), stream="lines", key=keys.deterministic)


def test_lines_wait_while_the_stream_is_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene(tmp_path)
    runner = TailRunner([scene.tailer], monotonic=lambda: scene.now)
    scene.append("a.log", "1\n")
    scene.stream.down = 2
    for _ in range(40):
        scene.now += 0.1
        runner.step()
    assert (scene.lines(), runner.row()["flows"][0]["records"]) == (["1"], 1)
    assert "The disk is full; trying again" in caplog.text


def test_stream_with_limits_gets_smaller_batches(flow: Flow, tmp_path: Path) -> None:
    clock = [0.0]
    waiting = Waiting(lambda: clock[0], lambda seconds: None, lambda: 0.5)
    stream = LimitedStream(tmp_path / "streams.sqlite3", "lines", waiting=waiting)
    stream.create()
    (tmp_path / "a.log").write_text("".join(f"{number}\n" for number in range(1500)))
    runner = TailRunner([Tailer(flow, EmbeddedTarget(stream), Tracker(flow.patterns), lambda: clock[0])],
                        monotonic=lambda: clock[0])  # fmt: skip
    for _ in range(60):
        clock[0] += 0.2
        runner.step()
    assert (stream.describe().shards[0].records, runner.row()["flows"][0]["records"]) == (1500, 1500)


def test_positions_beside_a_stream_without_marks_are_read_again(flow: Flow, tmp_path: Path) -> None:
    stream = MemoryStream()
    stream.create()
    (tmp_path / "a.log").write_text("1\n2\n")
    for _ in range(2):
        target = BesideTarget(stream, tmp_path / "var" / "positions.json")
        tailer = Tailer(flow, target, Tracker(flow.patterns))
        tailer.step()
        assert (tailer.tally.records, tailer.caught_up()) == (2, True)


def test_flow_is_run_by_one_at_a_time(flow: Flow, tmp_path: Path) -> None:
    first = Locks(tmp_path)
    first.take([flow])
    with pytest.raises(StreamError, match=r"The flow 'app' into lines is run by another process \(\d+\)"):
        Locks(tmp_path).take([flow])
    del first
    Locks(tmp_path).take([flow])
