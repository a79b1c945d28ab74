"""manage.py migrate: Django's, one process at a time, each migration whole or not at all."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from login.databases import ExistingFile
from login.migrating import Executor, migration_lock


class Command(migrate.Command):
    help = "Creates or updates the tables of the database; creates the file of an SQLite database."

    def execute(self, *args: Any, **options: Any) -> str | None:
        migrate.MigrationExecutor = Executor  # type: ignore[attr-defined]  # the parent has no other hook
        ExistingFile.may_create = True
        try:
            with migration_lock(connections[options["database"]], lambda says: self.stderr.write(says, str)):
                return super().execute(*args, **options)
        except OSError as error:
            raise CommandError(f"The folder of the database cannot be written to: {error}.") from None
