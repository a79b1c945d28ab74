"""Facts of Linux about a process, and a limit of the time that a test reads from one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any


@contextmanager
def limited(process: Any, seconds: float = 60) -> Iterator[None]:
    """Kills a `Popen` if the block that reads from its pipes takes longer than the seconds; the pipes end then."""
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def stat(folder: Path) -> list[str]:
    """Of /proc/PID, or a thread's /proc/PID/task/TID: the fields of proc(5) from the third on (state, parent, …)."""
    return (folder / "stat").read_text().rpartition(")")[2].split()
