"""manage.py remove_factors NAME"""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts import events, factors, sessions
from accounts.factors import recovery
from accounts.management.plain import HERE, PlainCommand
from accounts.models import User
from common.text import quoted


class Command(PlainCommand):
    help = "Removes all second factors and recovery codes of a user who has lost them, and ends their sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            user = User.objects.get_by_natural_key(name)
        except User.DoesNotExist:
            self.fail(f"No user is called {quoted(name)}: check the name.")
        with transaction.atomic():
            for each in factors.of(user):
                each.delete()
                events.record("factor.removed", user=user, factor=factors.NAMES[each.type], by=HERE)
            recovery.clear(user)
            sessions.end_all(user, "second factor changed", by=HERE)
        self.stdout.write(f"{name} signs in with the password alone, and is led to a new factor where one is required.")
