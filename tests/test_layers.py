"""The fast layer holds the tests that start nothing, and no other."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import layers

ROOT = Path(__file__).resolve().parent.parent
GUARDED = """
import socket, subprocess, sys
from tests.layers import forbid_starting
forbid_starting()
starts = [lambda: subprocess.run([sys.executable, "-c", ""]), lambda: socket.socket().bind(("127.0.0.1", 0))]
for start in starts:
    try:
        start()
    except AssertionError as error:
        print(str(error).split(".")[0])
"""


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("tests.streams.engine.test_pipeline", "store", False),
        ("tests.test_fleet", "test_layers_reads_a_name_that_is_absent", False),
        ("tests.deployment", "ROOT", False),  # the module starts processes, this name does not
        ("tests.deployment", "Deployment", True),
        ("tests.emulators", "ministack", True),
        ("tests.contracts.conftest", "ministack_url", True),  # by an imported module
        ("tests.browser.conftest", "web", True),
        ("tests.chromium", "browser", True),
    ],
)
def test_starts_tells_the_code_that_starts_something(module: str, name: str, expected: bool) -> None:
    assert layers.starts(module, name) is expected


def test_is_fast_is_false_for_this_very_test_when_it_runs_a_process(request: pytest.FixtureRequest) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", GUARDED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    refused = "A test of the fast layer must not do this: "
    assert printed.stdout.splitlines() == [f"{refused}subprocess", f"{refused}socket"]
    assert layers.is_fast(request.node) is False


def test_is_fast_is_true_for_this_very_test(request: pytest.FixtureRequest) -> None:
    assert layers.is_fast(request.node) is True


def test_pytest_names_the_tests_that_lack_a_fetched_file(tmp_path: Path) -> None:
    """As in a clone before `make setup-tests`; with CI=true the same is an error."""
    absent = tmp_path / "absent"
    test = tmp_path / "test_absent.py"
    test.write_text(f"import pathlib, pytest\n@pytest.mark.needs(pathlib.Path({str(absent)!r}))\ndef test_it(): pass\n")
    runs = {ci: _pytest(test, ci) for ci in ("", "true")}
    assert "left out, because" in runs[""].stdout
    assert (runs[""].returncode, runs["true"].returncode) == (5, 4)
    assert "CI=true, but" in runs["true"].stderr


def _pytest(test: Path, ci: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-c", "pyproject.toml"]
    words += ["--confcutdir", "/", "-p", "tests.conftest", str(test)]
    return subprocess.run(words, cwd=ROOT, env=os.environ | {"CI": ci}, capture_output=True, text=True, timeout=120)
