"""Applies migrations one process at a time, each in one step with the record that it was applied.

Django writes that record after the transaction of a migration that has deferred statements, such as those of an index.
A process killed between the two leaves tables that each later `migrate` tries to create again.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

KEY = 0x4D696C6C  # "Mill": PostgreSQL identifies advisory locks by a number
NAME = "millrace.migrate"


class Executor(MigrationExecutor):
    """Records a migration in its own transaction. MariaDB and MySQL cannot roll DDL back, so a kill leaves traces."""

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,  # noqa: FBT001, FBT002 - the parent's signature
        fake_initial: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> ProjectState:
        if fake or fake_initial or not migration.atomic or not self.connection.features.can_rollback_ddl:
            return super().apply_migration(state, migration, fake, fake_initial)
        if self.progress_callback:
            self.progress_callback("apply_start", migration, fake)
        with self.connection.schema_editor(atomic=True) as editor:
            state = migration.apply(state, editor)
            while editor.deferred_sql:
                editor.execute(editor.deferred_sql.pop(0), None)
            self.record_migration(migration)
        if self.progress_callback:
            self.progress_callback("apply_success", migration, fake)
        return state


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper, say: Any) -> Iterator[None]:
    """Waits until no other process migrates this database. `say` is called with a sentence before it waits."""
    if connection.vendor == "sqlite":
        with _file_lock(Path(str(connection.settings_dict["NAME"])), say):
            yield
        return
    other = connection.copy()  # a migration may close the connection, and with it the lock
    with other.cursor() as cursor:
        take, wait, release = _LOCKS[connection.vendor]
        cursor.execute(take)
        if not cursor.fetchone()[0]:
            say(WAITING)
            cursor.execute(wait)
        try:
            yield
        finally:
            cursor.execute(release)
            other.close()


WAITING = "Another process migrates this database; waiting for it."
_LOCKS = {
    "postgresql": (
        f"SELECT pg_try_advisory_lock({KEY})",
        f"SELECT pg_advisory_lock({KEY})",
        f"SELECT pg_advisory_unlock({KEY})",
    ),
    # -1 waits for ever in MySQL; MariaDB takes it for 0, so the wait is a day.
    "mysql": (
        f"SELECT GET_LOCK(CONCAT('{NAME}.', DATABASE()), 0)",
        f"SELECT GET_LOCK(CONCAT('{NAME}.', DATABASE()), 86400)",
        f"SELECT RELEASE_LOCK(CONCAT('{NAME}.', DATABASE()))",
    ),
}


@contextmanager
def _file_lock(database: Path, say: Any) -> Iterator[None]:
    """Holds a lock on a file beside an SQLite database. The kernel drops it when the process ends, in any way."""
    if str(database).startswith(("file:", ":memory:")):
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    path = database.with_name(f".{database.name}.migrating")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
