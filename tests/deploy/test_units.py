"""The units of systemd, as its own tool sees them. It needs no running systemd, only its files."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deployment import ROOT

UNITS = ["web", "login", "endpoint", "sockets", "consume@trades", "tail@web", "notify", "metrics", "janitor", "backup"]

UNIT_FILES = sorted((ROOT / "deploy/systemd").glob("*.service"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system of its own with our units and nothing but names where they point to."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(ROOT / "deploy/systemd", root / "etc/systemd/system")
    for name in (".venv/bin/uwsgi", ".venv/bin/python", "deploy/sockets"):
        program = root / "opt/millrace" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(mode=0o755)
    return root


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_unit_is_confined(root: Path, unit: str) -> None:
    words = ["security", "--offline=true", "--threshold=15", f"--root={root}", f"millrace-{unit}.service"]
    rated = analyze(*words)
    exposure = re.findall(r"exposure level .*: ([\d.]+)", rated.stdout)
    assert (rated.returncode, [float(each) <= 1.5 for each in exposure]) == (0, [True]), rated.stdout + rated.stderr


def test_serving_units_restart_when_they_die() -> None:
    """Debian's nginx is not, without our file: it stays down."""
    serving = {path.stem for path in UNIT_FILES if "\nRestart=always\n" in path.read_text()}
    names = ("web", "login", "ingest", "endpoint", "sockets", "notify", "metrics", "consume@", "tail@")
    assert serving == {f"millrace-{name}" for name in names}
    assert "\nRestart=always\n" in (ROOT / "deploy/systemd/nginx.service.d/millrace.conf").read_text()


def test_one_box_gives_processes_as_long_to_end_as_the_units() -> None:
    common = (ROOT / "deploy/systemd/millrace-.service.d/common.conf").read_text()
    [of_units] = re.findall(r"^TimeoutStopSec=(\d+)$", common, re.M)
    assert re.findall(r"^reload-mercy = (\d+)$", (ROOT / "deploy/onebox.ini").read_text(), re.M) == [of_units]


@pytest.mark.parametrize(("unit", "may"), [("login", True), ("web", True), ("endpoint", False)])
def test_pools_alone_may_lower_what_they_take(root: Path, unit: str, may: bool) -> None:
    """Of @resources, login may lower its priority, and web the bounds of processes that run scripts.

    A drop-in that comes later would take it away again.
    """
    words = ["security", "--offline=true", "--json=short", f"--root={root}", f"millrace-{unit}.service"]
    rows = json.loads(analyze(*words).stdout)
    [resources] = [row for row in rows if row["json_field"] == "SystemCallFilter_resources"]
    assert resources["set"] is not may


def test_unit_that_hides_the_boot_id_gets_it_by_environment() -> None:
    """By it a worker knows that its neighbour was killed: streams/coordination/process_identity.py."""
    common = (ROOT / "deploy/systemd/millrace-.service.d/common.conf").read_text()
    assert ("\nProcSubset=pid\n" in common, " BOOT_ID=%b " in common) == (True, True)


def test_enabled_units_start_and_stop_with_the_target() -> None:
    """Timers too: restore.sh stops everything, then starts the target."""
    for unit in (ROOT / "deploy/systemd").glob("millrace-*.*"):
        text = unit.read_text() if unit.is_file() else ""
        assert ("WantedBy=millrace.target" in text) is ("PartOf=millrace.target" in text) is ("[Install]" in text), unit


def test_units_pass_systemd_analyze_verify(root: Path) -> None:
    units = [str(unit) for unit in (root / "etc/systemd/system").glob("millrace*.*") if unit.is_file()]
    told = analyze("verify", "--recursive-errors=no", f"--root={root}", *units).stderr
    assert [line for line in told.splitlines() if re.search(r"Unknown|Failed to parse|Invalid|refusing", line)] == []


def analyze(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", "--no-pager", *words], capture_output=True, text=True, timeout=120)
