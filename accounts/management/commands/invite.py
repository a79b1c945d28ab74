"""manage.py invite NAME [--staff] [--email ADDRESS] [--at URL]"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.utils import timezone

from accounts import events, invitations
from accounts.management.plain import HERE, PlainCommand
from common.text import quoted


class Command(PlainCommand):
    help = "Prints a link that makes one account, once, within 72 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="user name of the new account")
        parser.add_argument("--staff", action="store_true", help="let the user see the streams and invite others")
        parser.add_argument("--email", default="", help="address for notices and reset links")
        parser.add_argument("--at", default=settings.SITE_URL, help="address of the site (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        try:
            _, path = invitations.make(name, timezone.now(), email=options["email"], is_staff=options["staff"])
        except ValidationError as error:
            self.fail(f"{quoted(name)} cannot be invited: {' '.join(error.messages)}")
        events.record("invitation.made", label=name, by=HERE)
        for line in (f"For {name}, once, within 72 hours:", "", f"    {options['at'].rstrip('/')}{path}"):
            self.stdout.write(line)
