"""The supervisor of `make run`, with real processes."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from login import supervisor
from login.supervisor import Supervisor, parse
from tests.deployment import Deployment
from tests.waiting import wait_for

Lines = list[tuple[str, str]]
SLEEPS = "echo started $$; exec sleep 60"


@contextmanager
def kept(folder: Path, **commands: str) -> Iterator[tuple[Supervisor, Lines]]:
    lines: Lines = []
    it = Supervisor(commands, os.environ, folder, lambda name, line: lines.append((name, line)))
    thread = threading.Thread(target=it.run, daemon=True)
    thread.start()
    try:
        yield it, lines
    finally:
        it.stop()
        thread.join(60)
    assert not thread.is_alive()


def starts(lines: Lines) -> list[int]:
    return [int(line.split()[1]) for _, line in lines if line.startswith("started")]


def test_procfile_is_read_and_an_invalid_line_is_named() -> None:
    assert parse("# web: no\n\nweb: exec a:b --c\n b :d\n") == {"web": "exec a:b --c", "b": "d"}
    with pytest.raises(ValueError, match="line 2 is not NAME: COMMAND"):
        parse("a: b\nc\n")


def test_killed_process_is_restarted_and_the_others_go_on(tmp_path: Path) -> None:
    with kept(tmp_path, one=SLEEPS, two="exec sleep 60") as (_, lines):
        wait_for(lambda: len(starts(lines)) == 1)
        os.kill(starts(lines)[0], signal.SIGKILL)
        wait_for(lambda: len(starts(lines)) == 2)
    assert [line for _, line in lines if not line.startswith("started")] == [
        "ended, killed by SIGKILL; it is started again in 0.2 s"
    ]


def test_process_that_keeps_failing_ends_the_run_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PAUSES", (0.0,) * 4)
    lines: Lines = []
    it = Supervisor(
        {"bad": "echo no luck; exit 3", "good": SLEEPS}, os.environ, tmp_path, lambda *each: lines.append(each)
    )
    it.run()
    assert it.reason == "bad ended 5 times soon after its start, with exit code 3. It said: no luck"
    assert len([line for name, line in lines if line == "no luck"]) == 5


def test_command_that_cannot_be_started_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    supervised = Supervisor({"bad": "true"}, os.environ, tmp_path / "absent", lambda *_: None)
    supervised.run()
    assert supervised.reason.startswith("bad cannot be started: [Errno 2] No such file or directory")


def test_stop_ends_all_processes_even_one_that_ignores_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "GRACE", 0.5)
    with kept(tmp_path, deaf="trap '' TERM; echo started $$; while :; do sleep 0.1; done", good=SLEEPS) as (it, lines):
        wait_for(lambda: len(starts(lines)) == 2)
        it.stop()
    assert [line for _, line in lines[2:]] == ["has not ended within 0.5 s, and is killed"]
    assert [Path(f"/proc/{number}").exists() for number in starts(lines)] == [False, False]


def test_stop_takes_no_lock_that_an_interrupted_run_may_hold(tmp_path: Path) -> None:
    """A signal handler calls it in the main thread, in the middle of anything."""
    it = Supervisor({}, os.environ, tmp_path, lambda *_: None)

    def interrupted() -> None:
        with it._stopping._cond, it._lock:  # type: ignore[attr-defined]
            it.stop()

    thread = threading.Thread(target=interrupted, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_taken_port_is_named_before_anything_is_created(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        deployment.environment |= {"PORT": str(port)}
        said = deployment.run("run", code=1)
    other = port + 1 if port < 65535 else 8001
    assert said == f"Port {port} is taken by another program. Take another: make run PORT={other}\n"
    assert not deployment.streams.exists()
