"""manage.py new_password NAME"""

from django.utils import timezone

from accounts import credentials, events, sessions, throttle
from accounts.management.plain import HERE, UserCommand
from accounts.models import User
from accounts.passwords import provisional


class Command(UserCommand):
    help = "Sets a new password for a user, shows it once, ends the user's sessions and revokes tokens and access keys."

    def act(self, user: User, name: str) -> None:
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
