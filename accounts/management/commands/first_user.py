"""manage.py first_user [--name admin]"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from accounts.management.plain import PlainCommand
from accounts.models import User
from accounts.passwords import provisional
from common.running import to_run
from common.text import quoted


class Command(PlainCommand):
    help = "Makes the first user with a generated password, shown once; if there is a user, says how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="admin", help="user name of the first user (default: %(default)s)")
        parser.add_argument("--at", default=settings.SITE_URL, help="address of the site (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        name, password = options["name"], None
        with transaction.atomic():
            user = User.objects.order_by("-is_active", "-is_superuser", "pk").first()
            if user:
                name = user.get_username()
            else:
                password = self._create(name)
        for line in ("", f"Sign in at {options['at'].rstrip('/')}{reverse('sign-in')}", f"    user name  {name}"):
            self.stdout.write(line)
        if password:
            self.stdout.write(f"    password   {password}   (shown only now)")
        else:
            again = to_run("new_password", name)
            self.stdout.write(f"Forgotten the password? A new one: {again}")

    def _create(self, name: str) -> str:
        user = User(username=name, **roles.flags(roles.ADMINISTRATOR))
        password = provisional.give(user, timezone.now())
        try:
            user.clean_fields()
        except ValidationError as error:
            self.fail(f"{quoted(name)} cannot be a user name: {' '.join(error.messages)}")
        user.save()
        return password
