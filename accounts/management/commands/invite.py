"""manage.py invite NAME [--role ROLE] [--email ADDRESS] [--at URL]"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.utils import timezone

from accounts import events, invitations, roles
from accounts.management.plain import HERE, PlainCommand
from common.text import quoted


class Command(PlainCommand):
    help = "Prints a link that makes one account, once, within 72 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name of the new account")
        parser.add_argument("--role", choices=roles.ROLES, help=f"role of the account (default: {roles.VIEWER})")
        says = f"the same as --role {roles.ADMINISTRATOR}"
        parser.add_argument("--staff", dest="role", action="store_const", const=roles.ADMINISTRATOR, help=says)
        parser.add_argument("--email", default="", help="address for notices and reset links")
        parser.add_argument("--at", default=settings.SITE_URL, help="address of the site (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        name, role = options["name"], options["role"] or roles.VIEWER
        try:
            _, path = invitations.make(name, timezone.now(), email=options["email"], role=role)
        except ValidationError as error:
            self.fail(f"{quoted(name)} cannot be invited: {' '.join(error.messages)}")
        events.record("invitation.made", label=name, role=role, by=HERE)
        for line in (f"For {name}, once, within 72 hours:", "", f"    {options['at'].rstrip('/')}{path}"):
            self.stdout.write(line)
