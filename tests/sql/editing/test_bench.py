"""The processes that run scripts: warm, killed when time is up, and without the site's secrets."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sql.live.editing.bench import Bench, BusyError
from sql.offline.trial import Task
from tests.sql.editing.test_trial import files, records

undisturbed = Bench.perform  # before the fixture of conftest.py puts another in its place


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Bench, "perform", undisturbed)
    bench = Bench(children=1)
    yield bench
    bench.close()


def test_process_answers_again_and_is_replaced_after_it_was_killed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "never to be seen")
    told = bench.perform(Task("x", files(), runs=True, records=records(90), until=0), 1)
    assert (told.read, told.streams[0].count) == (90, 4)
    [(child, done)] = bench._idle
    environment = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    assert (done, b"SECRET_KEY" in environment, b"PATH" in environment) == (1, False, "PATH" in os.environ)
    slow = Task("x", files("SELECT STREAM " + "(" * 100_000), seconds=0)
    assert bench.perform(slow, 1, grace=0.05).trouble.startswith("The run took too long and was ended")
    assert (child.process.returncode, bench._idle) == (-9, [])
    assert bench.perform(Task("x", files()), 1).compiles


def test_process_that_ended_by_itself_is_told_in_a_sentence(bench: Bench) -> None:
    bench.perform(Task("x", files()), 1)
    bench._idle[0][0].process.kill()
    bench._idle[0][0].process.wait(timeout=60)
    assert bench.perform(Task("x", files()), 1).trouble.startswith("The run used too much memory or time")


def test_task_is_refused_while_all_processes_are_busy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sql.live.editing.bench.WAIT", 0.01)
    bench._free.acquire()
    with pytest.raises(BusyError, match="Try again"):
        bench.perform(Task("x", files()), 1)
    bench._free.release()
    with bench._turn(1), pytest.raises(BusyError, match="of yours is under way"):
        bench.perform(Task("x", files()), 1)
