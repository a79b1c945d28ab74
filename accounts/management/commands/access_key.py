"""manage.py access_key --user NAME [--stream NAME]… [--scope SCOPE]… | --list | --revoke ID"""

import json
import re
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from accounts import access, access_keys, client_lines, credentials, events
from accounts.management.plain import HERE, PlainCommand
from accounts.models import AccessKey, User
from common.text import quoted


def days(text: str) -> int:
    """Parses the life of a key. Raises ArgumentTypeError."""
    if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= int(text) <= credentials.MOST_DAYS:
        raise ArgumentTypeError(f"{quoted(text)} is not a number of days from 1 to {credentials.MOST_DAYS}")
    return int(text)


class Command(PlainCommand):
    help = "Makes an access key for Kinesis clients, shown once; lists or revokes access keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="the key's owner; with --list, the owner of the listed keys")
        says = "a stream of the key, or all that begin so: 'logs-*'; may be repeated (default: all streams)"
        parser.add_argument("--stream", metavar="NAME", action="append", default=[], dest="streams", help=says)
        says = "a permission of the key; may be repeated (default: all three)"
        parser.add_argument("--scope", choices=access.OF_STREAMS, action="append", dest="scopes", help=says)
        parser.add_argument("--label", default="made by command", help="name in lists (default: %(default)s)")
        parser.add_argument("--days", type=days, default=credentials.DAYS, help="its life (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")
        does = parser.add_mutually_exclusive_group()
        does.add_argument("--list", action="store_true", help="list the keys that are not revoked")
        does.add_argument("--revoke", metavar="ID", help="revoke the key with this id")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["revoke"] is not None:
            self._revoke(options["revoke"])
        elif options["list"]:
            self._list(options["user"], as_json=options["json"])
        elif options["user"] is None:
            self.fail("Name the owner of the new key: --user NAME.")
        else:
            self._make(self._user(options["user"]), options)

    def _user(self, name: str) -> User:
        user = User.objects.filter(username=name).first()
        if user is None:
            self.fail(f"No user is called {quoted(name)}.")
        if not user.is_active:
            self.fail(f"{quoted(name)} is deactivated, so a key would open nothing.")
        return user

    def _make(self, user: User, options: dict[str, Any]) -> None:
        scopes, streams = options["scopes"] or access.OF_STREAMS, options["streams"]
        if not 1 <= len(options["label"]) <= 60 or not options["label"].isprintable():
            self.fail("A label has 1 to 60 printable characters.")
        try:
            key, secret = access_keys.make(
                user, options["label"], scopes, options["days"], timezone.now(), streams=streams
            )
        except (credentials.TooManyError, access.StreamsError) as error:
            self.fail(str(error))
        events.record("access-key.made", user=user, by=HERE, **credentials.facts(key))
        self._show(key, secret, user, as_json=options["json"])

    def _show(self, key: AccessKey, secret: str, user: User, *, as_json: bool) -> None:
        name = user.get_username()
        if (state := credentials.state(key, user, timezone.now())) != credentials.ACTIVE:
            self.stderr.write(f"The key opens nothing until {name} signs in and does what the site asks: {state}.")
        if as_json:
            self.stdout.write(json.dumps({"access_key_id": key.access_key_id, "secret_access_key": secret}))
            return
        self.stdout.write(f"The access key of {name}, its secret shown only now:\n")
        for line in client_lines.exports(key.access_key_id, secret):
            self.stdout.write(f"    {line}")

    def _list(self, name: str | None, *, as_json: bool) -> None:
        rows: QuerySet[AccessKey] = AccessKey.objects.filter(revoked=None).select_related("user").order_by("pk")
        for key in rows if name is None else rows.filter(user=self._user(name)):
            self.stdout.write(json.dumps(_facts(key)) if as_json else _line(key))

    def _revoke(self, key_id: str) -> None:
        rows = AccessKey.objects.filter(access_key_id=key_id)
        key = rows.select_related("user").first()
        if key is None:
            self.fail(f"No access key has the id {quoted(key_id)}: look with --list.")
        if credentials.revoke(rows, timezone.now()):
            events.record("access-key.revoked", user=key.user, by=HERE, label=key.label)
        self.stdout.write(f"The access key {key_id} is revoked.")


def _facts(key: AccessKey) -> dict[str, Any]:
    facts = {"access_key_id": key.access_key_id, "user": key.user.get_username(), "label": key.label}
    return facts | {"scopes": key.scopes, "streams": key.streams, "expires": key.expires.isoformat()}


def _line(key: AccessKey) -> str:
    streams = " ".join(key.streams) or "all streams"
    return f"{key.access_key_id}  {key.user.get_username()}  {key.expires:%Y-%m-%d}  {' '.join(key.scopes)}  {streams}"
