"""Gives the test databases of all processes of pytest their tables by one run of the migrations, of 6 s of CPU."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connections

from login.management.commands import migrate
from tests import dumps, once
from tests.databases import Database

Copy = Callable[[Path], object]
_execute = migrate.Command.execute


def make_once() -> None:
    """Replaces `migrate` in this process, for the test database alone."""
    migrate.Command.execute = _copy_or_execute  # type: ignore[assignment, method-assign]


def _copy_or_execute(command: migrate.Command, *arguments: Any, **options: Any) -> str | None:
    connection: Any = connections[options["database"]]
    if not options.get("run_syncdb"):  # only Django's own set-up of a test database says so
        return _execute(command, *arguments, **options)
    name, save, restore = _in_memory(connection) if connection.vendor == "sqlite" else _on_server(connection)

    def make(file: Path) -> None:
        _execute(command, *arguments, **options)
        save(file)

    once.first(name, make, restore)
    return None


def _in_memory(connection: Any) -> tuple[str, Copy, Copy]:
    def save(file: Path) -> None:
        with closing(sqlite3.connect(file)) as kept:
            connection.connection.backup(kept)

    def restore(file: Path) -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(file)) as kept:
            kept.backup(connection.connection)

    return "tests.sqlite", save, restore


def _on_server(connection: Any) -> tuple[str, Copy, Copy]:
    """Returns the name under which deployments keep the same tables, and what saves and restores them."""
    place = connection.settings_dict
    scheme = {"postgresql": "postgres", "mysql": "mysql"}[connection.vendor]
    url = f"{scheme}://{place['USER']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
    database = Database(url, connection.copy, "")
    return f"Deployment.{scheme}", partial(dumps.save, database), partial(dumps.restore, database)
