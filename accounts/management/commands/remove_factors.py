"""manage.py remove_factors NAME"""

from django.db import transaction

from accounts import events, factors, sessions
from accounts.factors import recovery
from accounts.management.plain import HERE, UserCommand
from accounts.models import User


class Command(UserCommand):
    help = "Removes all second factors and recovery codes of a user who has lost them, and ends their sessions."

    def act(self, user: User, name: str) -> None:
        with transaction.atomic():
            for each in factors.of(user):
                each.delete()
                events.record("factor.removed", user=user, factor=factors.NAMES[each.type], by=HERE)
            recovery.clear(user)
            sessions.end_all(user, "second factor changed", by=HERE)
        self.stdout.write(f"{name} signs in with the password alone, and is led to a new factor where one is required.")
