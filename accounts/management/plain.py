"""Base of these commands: a failure prints one sentence to stderr and exits with a code."""

from abc import abstractmethod
from typing import Any, NoReturn

from django.core.management.base import CommandParser

from accounts import events
from accounts.models import User
from common.commands import DatabaseCommand
from common.text import quoted

HERE = "the command line"  # the actor in events


class PlainCommand(DatabaseCommand):
    """Exits with 2 for bad input, and with 1 for a failure of the database. Its lines of the security log come last."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with events.told_last():
            return super().execute(*args, **options)

    def fail(self, sentence: str, code: int = 2) -> NoReturn:
        super().fail(sentence, code)


class UserCommand(PlainCommand):
    """Finds the user that its argument names, and acts on that user."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist:
            self.fail(f"No user is called {quoted(name)}: check the name, or make the first user with first_user.")
        self.act(user, name)

    @abstractmethod
    def act(self, user: User, name: str) -> None:
        """Does what the command is for; `name` is as it was typed."""
