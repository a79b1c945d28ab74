"""Base of these commands: a failure prints one sentence to stderr and exits with a code."""

from typing import Any, NoReturn

from accounts import events
from common.commands import DatabaseCommand

HERE = "the command line"  # the actor in events


class PlainCommand(DatabaseCommand):
    """Exits with 2 for bad input, and with 1 for a failure of the database. Its lines of the security log come last."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with events.told_last():
            return super().execute(*args, **options)

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        super().fail(sentence, code)
