"""Makes what many tests begin with, such as a database with its tables, once for all processes of a run."""

import fcntl
import os
from atexit import register
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

FOLDER = "TESTS_ONCE"  # an environment variable, so that the processes of pytest-xdist find the first one's folder


def folder() -> Path:
    """Returns the folder of what the run has made. The process that asks first makes it, and removes it at its end."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = made = mkdtemp(prefix="millrace-once-")
        register(_remove, Path(made), os.getpid())
    return Path(os.environ[FOLDER])


def _remove(made: Path, owner: int) -> None:
    if os.getpid() == owner:  # and not a fork of it
        rmtree(made, ignore_errors=True)


def first(name: str, make: Callable[[Path], object], take: Callable[[Path], object] = lambda made: None) -> None:
    """Calls `make` with a path to write in the first process that comes with this name, and `take` in each later one.

    Processes that come while it is made wait. If `make` fails, the next one makes it.
    """
    made = folder() / name
    with made.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            half = made.with_name(f"{name}.half")
            make(half)
            half.rename(made)
            return
    take(made)
