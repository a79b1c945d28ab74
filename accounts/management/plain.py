"""Base of these commands: a failure prints one sentence to stderr and exits with a code."""

from typing import Any, NoReturn

from django.db import DatabaseError, OperationalError, ProgrammingError

from common import database_errors
from common.commands import DJANGO_OPTIONS
from common.terminal import LinesCommand

HERE = "the command line"  # the actor in events


class PlainCommand(LinesCommand):
    """Exits with 2 for bad input, and with 1 for a failure of the database."""

    suppressed_base_arguments = DJANGO_OPTIONS

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            self.fail(database_errors.sentence(error), 1)
        except DatabaseError as error:  # SQLite raises the bare class for a damaged file
            if type(error) is not DatabaseError:
                raise
            self.fail(database_errors.sentence(error), 1)

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        super().fail(sentence, code)
