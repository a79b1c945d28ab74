"""Fixtures that many tests share."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import settings as django
from hypothesis import settings

from tests import once
from tests.databases import missing
from tests.deployment import kill, running
from tests.disks import mount, unmount, use_memory
from tests.emulators import KINESIS_LOCAL, MINISTACK
from tests.faketime import LIBRARY
from tests.layers import emulator_of, forbid_starting, is_fast, may_hold_fast
from tests.scheduling import group, name_groups, order

# Hundreds of processes start, and each would compile all of our modules where the environment forbids to keep bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
use_memory()

settings.register_profile("shared", deadline=None, max_examples=60)  # a busy machine is no failure
settings.register_profile("few", deadline=None, max_examples=5)  # where the same runs in full elsewhere
settings.load_profile("shared")

MARKS = [
    "fast: given to a test that starts no process, no server and no browser (tests/layers.py): make test-fast",
    "long: a test that starts nothing and still takes many seconds, so that the fast layer leaves it out",
    "needs(*paths): files that `make setup-tests` fetches; without one of them the test is left out by name",
]
EMULATORS = {"kinesis_local": KINESIS_LOCAL, "ministack": MINISTACK}
LEFT_OUT: set[str] = set()  # a line each
ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    once.folder()  # before pytest-xdist starts the processes that share it
    _spare_own_data()
    for mark in MARKS:
        config.addinivalue_line("markers", mark)


def _spare_own_data() -> None:
    """Leads the settings away from var/, where `make run` keeps the records of the person who tests."""
    folder = once.folder() / f"var-{os.getpid()}"
    folder.mkdir()
    django.STREAM_URL, django.ARCHIVE_URL = f"embedded:{folder / 'streams.sqlite3'}", f"file:{folder / 'archive'}"
    django.ICEBERG_CATALOG, django.ICEBERG_WAREHOUSE = f"sqlite:///{folder / 'iceberg.sqlite3'}", f"file://{folder}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spares the fast layer the import of modules that hold none of its tests."""
    return True if config.option.markexpr == "fast" and not may_hold_fast(collection_path) else None


def pytest_collection(session: pytest.Session) -> None:
    """Keeps the garbage collector from searching the modules and tests again and again while they are made."""
    gc.disable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Makes the list of common passwords, which parts of the site need, if pytest is run without make."""
    if not (ROOT / "build/common-passwords").exists() and not hasattr(session.config, "workerinput"):
        subprocess.run(["make", "--silent", "build/common-passwords"], cwd=ROOT, check=True, timeout=120)
    from monitoring import startup  # noqa: PLC0415 - Django is set up only now
    from tests import tables  # noqa: PLC0415 - as above
    from tests.flushing import make_cheap  # noqa: PLC0415 - as above

    make_cheap()
    tables.make_once()
    startup.begin = lambda gauges=None: None  # its thread would write whenever it likes
    starts_workers = getattr(session.config.option, "dist", "no") != "no" and not hasattr(session.config, "workerinput")
    if session.config.option.markexpr == "fast" and not starts_workers:
        forbid_starting()


def pytest_itemcollected(item: pytest.Item) -> None:
    group(item)  # before pytest-xdist reads the groups


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the fast layer, and leaves out by name the tests that this machine cannot run."""
    for item in items:
        if is_fast(item):
            item.add_marker("fast")
    if not SHARED_DATA.is_dir():  # a user's clone
        leave_out(config, items, "../shared/data is absent", partial(_needs, "shared_data"), also_in_ci=True)
    for path in sorted({path for item in items for path in _fetched(item) if not path.exists()}):
        reason = f"{os.path.relpath(path, ROOT)} is absent (make setup-tests fetches it)"
        leave_out(config, items, reason, partial(_needs_path, path))
    if os.geteuid() != 0 and os.environ.get("CI") != "true":
        leave_out(config, items, "only root may mount a disk", partial(_needs, "small_disk"))
    if LIBRARY is None:
        leave_out(config, items, "there is no libfaketime", partial(_needs, "faketime"))
    for name in missing():
        leave_out(config, items, f"there is no {name}", partial(_is_for, name))
    order(items)
    if getattr(config.option, "loadgroup", False):
        name_groups(items)


def pytest_collection_finish() -> None:
    """Keeps the garbage collector off the modules and tests, which live as long as the process."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _needs(fixture: str, item: pytest.Item) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def _fetched(item: pytest.Item) -> set[Path]:
    """Returns the fetched files that a test needs: by its mark, or because it starts an emulator."""
    emulators = {path for name, path in EMULATORS.items() if emulator_of(item, name)}
    return emulators | {path for mark in item.iter_markers("needs") for path in mark.args}


def _needs_path(path: Path, item: pytest.Item) -> bool:
    return path in _fetched(item)


def _is_for(backend: str, item: pytest.Item) -> bool:
    return f"[{backend}" in item.name


def leave_out(
    config: pytest.Config,
    items: list[pytest.Item],
    reason: str,
    is_out: Callable[[pytest.Item], bool],
    *,
    also_in_ci: bool = False,
) -> None:
    """Takes tests off the list and names them at the end.

    With CI=true every test must run: raises UsageError in place of leaving one out, unless `also_in_ci`.
    """
    left_out = [item for item in items if is_out(item)]
    if left_out and os.environ.get("CI") == "true" and not also_in_ci:
        raise pytest.UsageError(f"CI=true, but {reason}: {len(left_out)} tests cannot run, first {left_out[0].nodeid}")
    items[:] = [item for item in items if not is_out(item)]
    config.hook.pytest_deselected(items=left_out)
    LEFT_OUT.update(f"left out, because {reason}: {item.nodeid}" for item in left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):  # the output of an xdist worker is lost
        session.config.workeroutput["left_out"] = sorted(LEFT_OUT)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    LEFT_OUT.update(getattr(node, "workeroutput", {}).get("left_out", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in sorted(LEFT_OUT):
        terminalreporter.write_line(line)


@pytest.fixture
def faketime() -> None:
    """For tests of tests.faketime."""


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data."""
    return SHARED_DATA


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 160 MiB, below a folder into which any user may look."""
    with TemporaryDirectory(prefix="millrace-") as name:
        mount(Path(name), 160)
        yield Path(name)
        unmount(Path(name))


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """Clears the caches that a process has of the database, since each test rolls its rows back."""
    from applications.market import sink as sink  # noqa: PLC0415
    from applications.market import topics as page  # noqa: PLC0415 - Django is set up only now
    from dashboard.held import rows  # noqa: PLC0415

    page.forget()
    sink.forget()
    rows.forget()


@pytest.fixture(autouse=True)
def nothing_outlives_its_test() -> Iterator[None]:
    """Ends the processes that a test has started and not ended, as when it failed."""
    before = set(running)
    yield
    for process in running - before:
        if process.poll() is None:
            kill(process)
    running.intersection_update(before)
