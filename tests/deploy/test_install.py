"""The installer, into a folder; it makes the same files there as on a machine."""

import subprocess
from pathlib import Path

import pytest

from tests.deployment import ROOT


def install(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([ROOT / "deploy/install.sh", *words], capture_output=True, text=True, timeout=120)


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    """Each file with its mode and content."""
    found = (path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): (path.stat().st_mode & 0o777, path.read_bytes()) for path in found}


def test_install_puts_every_file_in_place_for_its_host(tmp_path: Path) -> None:
    assert install("--host", "streams.test", "--root", str(tmp_path)).returncode == 0
    made = files(tmp_path)
    units = {str(path.relative_to(ROOT / "deploy/systemd")) for path in (ROOT / "deploy/systemd").rglob("*.*")}
    assert {name for name in made if name.startswith("etc/systemd/system/")} >= {
        f"etc/systemd/system/{unit}" for unit in units if not unit.endswith(".d")
    }
    texts = [made[name][1] for name in ("etc/nginx/nginx.conf", "etc/millrace/millrace.env")]
    assert [b"streams.test" in text and b"example.org:" not in text for text in texts] == [True, False]
    assert b"server_name streams.example.org" not in texts[0]


def test_installed_secrets_are_readable_by_root_only(tmp_path: Path) -> None:
    install("--host", "streams.test", "--root", str(tmp_path))
    made = files(tmp_path / "etc/millrace/credentials")
    assert {name: mode for name, (mode, _) in made.items()} == dict.fromkeys(
        ("secret-key", "password-keys", "field-keys", "database-url"), 0o600
    )


def test_install_changes_nothing_when_repeated(tmp_path: Path) -> None:
    install("--host", "streams.test", "--root", str(tmp_path))
    before = files(tmp_path)
    again = install("--host", "streams.test", "--root", str(tmp_path))
    assert (again.returncode, "Every file was as it should be." in again.stdout) == (0, True)
    assert files(tmp_path) == before


def test_install_dry_run_creates_nothing(tmp_path: Path) -> None:
    assert install("--host", "streams.test", "--root", str(tmp_path), "--dry-run").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_install_keeps_files_of_others(tmp_path: Path) -> None:
    theirs = tmp_path / "etc/nginx/nginx.conf"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("events {}\n")
    install("--host", "streams.test", "--root", str(tmp_path))
    assert theirs.with_name("nginx.conf.before-millrace").read_text() == "events {}\n"


def test_first_upgrade_can_be_rolled_back(tmp_path: Path) -> None:
    """The running revision is noted, since the checkout may be at the next one when upgrade.sh starts."""
    install("--host", "streams.test", "--root", str(tmp_path))
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    ).stdout
    assert (tmp_path / "etc/millrace/revision").read_text() == head


@pytest.mark.parametrize("words", [[], ["--host"], ["--host", "a b"], ["--host", "x/../y"], ["--hots", "a.test"]])
def test_invalid_arguments_are_refused_with_one_sentence(tmp_path: Path, words: list[str]) -> None:
    refused = install(*words)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
