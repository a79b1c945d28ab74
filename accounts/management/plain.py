"""How these commands fail: one sentence on stderr and an exit code. (As in streams, which we may not import.)"""

from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import DatabaseError, OperationalError, ProgrammingError

HERE = "the command line"  # as events name who did it


class PlainCommand(BaseCommand):
    """Bad input exits 2, a failure of the database 1."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            self.fail(f"The database refused: {error}. If its tables are missing, run: manage.py migrate", 1)
        except DatabaseError as error:  # of no class of its own: SQLite says so of a damaged file
            if type(error) is not DatabaseError:
                raise
            self.fail(f"The database is damaged: {error}. Bring it back from a backup, as docs/backup.md says", 1)

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(code)
