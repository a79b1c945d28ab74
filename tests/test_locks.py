"""The packages that are installed: locks/ against requirements*.txt, the installed packages, and pip itself."""

import re
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import requires
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deployment import ROOT

NAMES = sorted(path.name for path in ROOT.glob("requirements*.txt"))
STRICT = ["--require-hashes", "--no-build-isolation"]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)[^\\\n]*((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def wanted(name: str) -> list[Requirement]:
    """Returns the requirements of a file and of the files that it includes."""
    lines = (ROOT / name).read_text().splitlines()
    included = [each for line in lines if line.startswith("-r ") for each in wanted(line.removeprefix("-r "))]
    return included + [Requirement(line) for line in lines if line and line[0] not in "#-"]


def locked(name: str) -> dict[str, str]:
    """Returns the version of each package of a lock that has hashes."""
    return {package: version for package, version, _ in PIN.findall((ROOT / "locks" / name).read_text())}


def test_requirements_file_has_its_lock() -> None:
    assert sorted(path.name for path in (ROOT / "locks").iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_lock_has_each_requirement_in_its_version(name: str) -> None:
    pins = {canonicalize_name(each.name): str(each.specifier).removeprefix("==") for each in wanted(name)}
    assert pins == {package: version for package, version in locked(name).items() if package in pins}, "run: make lock"


@pytest.mark.parametrize("name", NAMES)
def test_lock_holds_hashed_pins_only(name: str) -> None:
    """No line without a hash, and no address of a registry."""
    assert re.sub(r"(?m)^#.*\n", "", PIN.sub("", (ROOT / "locks" / name).read_text())).strip() == ""


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-monitoring.txt", "requirements-dev.txt"])
def test_lock_has_every_transitive_package(name: str) -> None:
    waiting, seen = wanted(name), set[str]()
    while waiting:
        one = waiting.pop()
        if str(one) not in seen:
            seen.add(str(one))
            further = map(Requirement, requires(one.name) or [])
            waiting += [
                each
                for each in further
                if not each.marker or any(each.marker.evaluate({"extra": extra}) for extra in ["", *one.extras])
            ]
    assert {canonicalize_name(Requirement(each).name) for each in seen} - locked(name).keys() == set()


def test_package_has_one_version_in_all_locks() -> None:
    pairs = {pair for name in NAMES for pair in locked(name).items()}
    assert len({package for package, _ in pairs}) == len(pairs)


def test_make_installs_only_files_with_hashes_from_locks() -> None:
    """Installing and upgrading a server do it by make, so that this holds for them."""
    words = ["make", "--dry-run", "--always-make", ".venv/bin/.installed-dev", "assets"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout.replace(
        "\\\n", ""
    )
    found = [line.partition("pip install")[2].split() for line in done.splitlines() if "pip install" in line]
    assert [[word in line for word in STRICT] for line in found] == [[True, True]] * 4
    assert sorted(line[-1] if line[-1] != ";" else line[-2] for line in found) == [
        f"locks/requirements{part}.txt" for part in ("-build", "-dev", "-node", "")
    ]


@pytest.mark.parametrize("script", ["deploy/install.sh", "deploy/upgrade.sh"])
def test_a_server_is_installed_by_make(script: str) -> None:
    text = (ROOT / script).read_text()
    assert (".venv/bin/.installed assets" in text, re.findall(r"\bpip\b", text)) == (True, [])


@pytest.mark.parametrize(("change", "code"), [(False, 0), (True, 1)])
def test_pip_refuses_a_file_of_another_hash(tmp_path: Path, change: bool, code: int) -> None:
    wheel = tmp_path / "small-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as file:
        file.writestr("small-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1\n")
        file.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("small-1.dist-info/RECORD", "")
    digest = sha256(wheel.read_bytes() + b"changed" * change).hexdigest()
    (tmp_path / "lock.txt").write_text(f"small==1 \\\n    --hash=sha256:{digest}\n")
    pip = [sys.executable, "-m", "pip", "install", "--isolated", "--no-index", "--find-links", str(tmp_path)]
    done = subprocess.run(
        [*pip, "--dry-run", *STRICT, "-r", tmp_path / "lock.txt"], capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, "DO NOT MATCH THE HASHES" in done.stderr) == (code, change), done.stderr
