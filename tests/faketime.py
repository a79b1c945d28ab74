"""Processes with a wrong wall clock: libfaketime moves it and leaves the time since boot alone.

https://github.com/wolfcw/libfaketime
"""

from pathlib import Path

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
# libfaketime breaks clock_nanosleep, by which time.sleep waits.
SLEEP = "import time, select\ntime.sleep = lambda seconds: select.select([], [], [], max(0, seconds))\n"


def wrong_by(offset: str, folder: Path) -> dict[str, str]:
    """Returns environment variables that put a process's clock off by so much, such as +1d, -5m or +150s."""
    return _variables(folder) | {"FAKETIME": offset}


class SetClock:
    """The clock of processes that are started with `variables`; it may be set while they run."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set("+0")
        self.variables = _variables(folder)
        self.variables |= {"FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1"}

    def set(self, offset: str) -> None:
        written = self._file.with_suffix(".new")
        written.write_text(f"{offset}\n")
        written.replace(self._file)


def _variables(folder: Path) -> dict[str, str]:
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(SLEEP)
    return {
        "LD_PRELOAD": str(LIBRARY),
        "PYTHONPATH": str(site),
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
