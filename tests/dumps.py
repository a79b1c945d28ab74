"""Copies of a whole database of tests: saved in a file, restored into another database of the same kind."""

import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tests.databases import Database, postgres_program


def kind(database: Database) -> str:
    """Returns the scheme of its URL: "sqlite", "postgres" or "mysql"."""
    return urlsplit(database.url).scheme


def is_empty(database: Database) -> bool:
    """Returns whether no migration has ever been applied."""
    if kind(database) == "sqlite":
        return not _file(database).exists()
    connection = database.connect()
    cursor = connection.cursor()
    cursor.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name = 'django_migrations'" + _here(database)
    )
    [tables] = cursor.fetchone()
    connection.close()
    return not tables


def save(database: Database, file: Path) -> None:
    """Writes the database into a file."""
    if kind(database) == "sqlite":
        shutil.copyfile(_file(database), file)
    elif kind(database) == "postgres":
        _run(postgres_program("pg_dump"), "--file", file, database.url)
    else:
        _run("mariadb-dump", f"--result-file={file}", *_mariadb(urlsplit(database.url)))


def restore(database: Database, file: Path) -> None:
    """Fills an empty database from a file that `save` wrote."""
    if kind(database) == "sqlite":
        _file(database).touch(mode=0o600)  # as `manage.py migrate` makes it
        shutil.copyfile(file, _file(database))
    elif kind(database) == "postgres":
        _run(postgres_program("psql"), "-X", "--quiet", "-v", "ON_ERROR_STOP=1", "--file", file, database.url)
    else:
        with file.open() as statements:
            _run("mariadb", *_mariadb(urlsplit(database.url)), stdin=statements)


def _here(database: Database) -> str:
    """Returns the condition that limits a query to this database: on MariaDB a schema is a database."""
    return " AND table_schema = database()" if kind(database) == "mysql" else ""


def _file(database: Database) -> Path:
    return Path(database.url.removeprefix("sqlite:///"))


def _mariadb(url: SplitResult) -> list[str]:
    """Returns the words that lead a client of MariaDB to a database."""
    return [f"--host={url.hostname}", f"--port={url.port}", f"--user={url.username}", url.path.removeprefix("/")]


def _run(*words: Any, **streams: Any) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, timeout=120, **streams)
