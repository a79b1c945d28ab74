"""How these commands fail: one sentence on stderr and an exit code. (As in streams, which we may not import.)"""

from typing import Any, NoReturn

from django.db import DatabaseError, OperationalError, ProgrammingError

from common import database_errors
from common.commands import DJANGO_OPTIONS
from common.terminal import LinesCommand

HERE = "the command line"  # as events name who did it


class PlainCommand(LinesCommand):
    """Bad input exits 2, a failure of the database 1."""

    suppressed_base_arguments = DJANGO_OPTIONS

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            self.fail(database_errors.sentence(error), 1)
        except DatabaseError as error:  # of no class of its own: SQLite says so of a damaged file
            if type(error) is not DatabaseError:
                raise
            self.fail(database_errors.sentence(error), 1)

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        super().fail(sentence, code)
