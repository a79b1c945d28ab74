"""manage.py throttle list|clear: shows the counted failures of accounts, and forgets those of one account."""

import json as jsonlib
from datetime import UTC, datetime
from math import inf
from time import time
from typing import Any

from django.core.management.base import CommandParser

from accounts import events
from accounts.management.plain import PlainCommand
from accounts.models import User
from accounts.throttle import store
from common.text import quoted


class Command(PlainCommand):
    help = "Lists the accounts with counted wrong guesses, and forgets those of one account."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="list|clear")
        listing = verbs.add_parser("list", help="failures in a row, and until when further guesses are refused")
        listing.add_argument("--user", metavar="NAME", help="only this user")
        listing.add_argument("--json", action="store_true", help="one JSON object a line")
        clearing = verbs.add_parser("clear", help="forget the failures: the next password may be tried at once")
        clearing.add_argument("--user", metavar="NAME", required=True, help="user name")
        for verb, action in ((listing, self.list), (clearing, self.clear)):
            verb.set_defaults(action=action)

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["user"]
        user = User.objects.filter(username=name).first()
        if name is not None and user is None:
            self.fail(f"No user is called {quoted(name)}: check the name.")
        options["action"](**options | {"user": user})

    def list(self, user: User | None, *, json: bool, **_: Any) -> None:
        now = time()
        for count in store.counts(now, user):
            until = _moment(count.until, now)
            says = {None: "open", "closed": "closed until another proof"}.get(until, f"closed until {until}")
            said = f"{count.user}: {count.kind}, {count.scope}: {count.failures} failures in a row, {says}"
            self.stdout.write(jsonlib.dumps(count._asdict() | {"until": until}) if json else said)

    def clear(self, user: User, **_: Any) -> None:
        count = store.clear(user)
        events.record("throttle.cleared", user=user, by="the command line", count=count)
        self.stdout.write(f"Forgotten: the failures of {user.get_username()} ({count} counts).")


def _moment(until: float, now: float) -> str | None:
    """Formats a time as 2026-11-22T14:03:07Z, or "closed" for good; None if the next guess may be made now."""
    if until <= now:
        return None
    return "closed" if until == inf else f"{datetime.fromtimestamp(until, UTC):%Y-%m-%dT%H:%M:%SZ}"
