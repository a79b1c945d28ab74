"""manage.py migrate: killed at any time, by several at once; and databases that are not there."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from login.migrating import WAITING
from tests.databases import server
from tests.deployment import ROOT, Deployment
from tests.waiting import wait_for


def bare(folder: Path) -> Deployment:
    """Returns a deployment without a database."""
    deployment = Deployment.__new__(Deployment)
    deployment.__dict__ |= {"folder": folder, "database": folder / "millrace.sqlite3", "streams": folder / "s.sqlite3"}
    deployment.environment = {
        "DATABASE_URL": f"sqlite:///{deployment.database}",
        "STREAM_URL": f"embedded:{deployment.streams}",
        "VAR_DIR": str(folder),
        "PATH": "/usr/bin:/bin",
    }
    return deployment


def test_a_migration_and_its_record_are_one_step(tmp_path: Path) -> None:
    """The record of a migration is refused: of its tables, then, none is there."""
    deployment = bare(tmp_path)
    with sqlite3.connect(deployment.database) as database:
        database.execute("CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text)")
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON django_migrations WHEN new.app = 'accounts'"
            " BEGIN SELECT raise(ABORT, 'killed here'); END"
        )
    deployment.run("migrate", "--verbosity", "0", code=1)
    with sqlite3.connect(deployment.database) as database:
        assert database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'accounts_%'").fetchall() == []
        database.execute("DROP TRIGGER refuse")
    deployment.run("migrate", "--verbosity", "0")


@pytest.mark.parametrize("count", [1, 4, 8, 14])
def test_killed_migrate_can_be_run_again(count: int, tmp_path: Path) -> None:
    deployment = bare(tmp_path)
    process = deployment.start("migrate", "--verbosity", "0")
    wait_for(lambda: tables(deployment) >= count or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    deployment.run("migrate", "--verbosity", "0")


def tables(deployment: Deployment) -> int:
    if not deployment.database.exists():
        return 0
    with sqlite3.connect(deployment.database, timeout=5) as database:
        [[count]] = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
    return int(count)


def test_two_migrates_at_once_wait_for_each_other(tmp_path: Path) -> None:
    deployment = bare(tmp_path)
    both = [deployment.start("migrate", "--verbosity", "0") for _ in range(2)]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in both]
    assert sorted(ends) == [("", 0), ("Another process migrates this database; waiting for it.\n", 0)]


@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_two_migrates_at_once_wait_on_a_database_server(kind: str, tmp_path: Path) -> None:
    deployment = bare(tmp_path)
    with server(kind) as database:
        deployment.environment |= {"DATABASE_URL": database.url}
        both = [deployment.start("migrate", "--verbosity", "0") for _ in range(2)]
        ends = [(process.communicate(timeout=120)[1], process.returncode) for process in both]
    assert sorted((WAITING in said, code) for said, code in ends) == [(False, 0), (True, 0)]


@pytest.mark.parametrize("words", [["consume", "trades"], ["first_user"], ["showmigrations"], ["leases", "list"]])
def test_commands_with_a_mistyped_database_path_create_nothing(words: list[str], tmp_path: Path) -> None:
    deployment = bare(tmp_path)
    deployment.environment |= {
        "DATABASE_URL": f"sqlite:///{tmp_path}/typo/x.sqlite3",
        "STREAM_URL": f"embedded:{tmp_path}/s",
    }
    subprocess.run(
        [sys.executable, ROOT / "manage.py", "streams", "create", "trades"],
        env=deployment.environment,
        check=True,
        timeout=120,
    )
    said = deployment.run(*words, code=1)
    assert said == (
        f"The database refused: there is no file {tmp_path}/typo/x.sqlite3. Check DATABASE_URL."
        " If it is right, this makes the database: .venv/bin/python manage.py migrate\n"
    )
    assert not (tmp_path / "typo").exists()
