"""manage.py new_password NAME"""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts import credentials, events, sessions, throttle
from accounts.management.plain import HERE, PlainCommand
from accounts.models import User
from accounts.passwords import provisional
from common.text import quoted


class Command(PlainCommand):
    help = "Sets a new password for a user, shows it once, ends the user's sessions and revokes tokens and access keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist:
            self.fail(f"No user is called {quoted(name)}: check the name, or make the first user with first_user.")
        now = timezone.now()
        password = provisional.give(user, now)
        user.save(update_fields=["password", "provisional_until"])
        events.record("password.changed", user=user, by=HERE)
        sessions.end_all(user, "password changed", by=HERE)
        credentials.revoke_all(user, "password changed", now, by=HERE)
        throttle.clear(user)  # the user probably tried the forgotten password many times
        for line in (f"The new password of {name}, shown only now:", "", f"    {password}"):
            self.stdout.write(line)
        if not user.is_active:
            self.stdout.write(f"{name} is not active, so cannot sign in.")
