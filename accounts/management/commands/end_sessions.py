"""manage.py end_sessions --user NAME | --all"""

from typing import Any

from django.core.management.base import CommandParser

from accounts import sessions
from accounts.management.plain import HERE, PlainCommand
from accounts.models import User
from common.text import quoted


class Command(PlainCommand):
    help = "Ends all sessions of one user or of all users; their open pages close within five seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        users = parser.add_mutually_exclusive_group(required=True)
        users.add_argument("--user", metavar="NAME", help="end the sessions of this user")
        users.add_argument("--all", action="store_true", help="end the sessions of all users")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["user"]
        if name is None:
            self.say(sessions.end_everybody(HERE), "everybody")
            return
        user = User.objects.filter(username=name).first()
        if user is None:
            self.fail(f"No user is called {quoted(name)}: check the name.")
        self.say(sessions.end_all(user, "staff", by=HERE), name)

    def say(self, count: int, owner: str) -> None:
        ended = "1 session" if count == 1 else f"{count} sessions"
        self.stdout.write(f"Ended: {ended} of {owner}.")
