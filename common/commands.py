"""The base of all commands."""

from typing import Any

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError

from common import database_errors
from common.terminal import LinesCommand


class DatabaseCommand(LinesCommand):
    """Turns a failure of the database into one sentence, with exit code 1."""

    # Options that Django gives to each command: they still work, and --help shows our own alone.
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with database_errors.renewed_connection():
                return super().execute(*args, **options)
        except (OperationalError, ProgrammingError, InterfaceError, InternalError) as error:
            self.fail(database_errors.sentence(error), 1)
        except DatabaseError as error:  # SQLite raises the bare class for a damaged file
            if type(error) is not DatabaseError:
                raise
            self.fail(database_errors.sentence(error), 1)
