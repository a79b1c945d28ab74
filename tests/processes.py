"""Facts of Linux about a process."""

from pathlib import Path


def stat(folder: Path) -> list[str]:
    """Of /proc/PID, or a thread's /proc/PID/task/TID: the fields of proc(5) from the third on (state, parent, …)."""
    return (folder / "stat").read_text().rpartition(")")[2].split()
