"""The settings and secrets that deploy/install.sh puts in place, as the units give them to Millrace."""

import os
import subprocess
import sys
from pathlib import Path

from tests.deploy.test_install import install
from tests.deployment import ROOT


def test_check_deploy_gives_no_warning(tmp_path: Path) -> None:
    install("--host", "streams.test", "--root", str(tmp_path))
    etc = tmp_path / "etc/millrace"
    values = (line.partition("=") for line in (etc / "millrace.env").read_text().splitlines())
    settings = {name: value for name, _, value in values if name and not name.startswith("#")}
    secrets = {f"{path.name.upper().replace('-', '_')}_FILE": str(path) for path in (etc / "credentials").iterdir()}
    (tmp_path / "database-url").write_text(f"sqlite:///{tmp_path}/millrace.sqlite3\n")
    here = {"VAR_DIR": str(tmp_path), "DATABASE_URL_FILE": str(tmp_path / "database-url"), "PATH": os.environ["PATH"]}
    words = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    checked = subprocess.run(
        words, cwd=ROOT, env=settings | secrets | here, capture_output=True, text=True, timeout=120
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues" in checked.stdout
