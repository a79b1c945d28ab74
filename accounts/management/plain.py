"""Base of these commands: a failure prints one sentence to stderr and exits with a code."""

from typing import NoReturn

from common.commands import DatabaseCommand

HERE = "the command line"  # the actor in events


class PlainCommand(DatabaseCommand):
    """Exits with 2 for bad input, and with 1 for a failure of the database."""

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        super().fail(sentence, code)
