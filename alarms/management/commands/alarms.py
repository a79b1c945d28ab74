"""manage.py alarms: rules, episodes, and the targets that are told."""

from typing import Any

from django.core.management.base import CommandParser

from alarms.management import verbs
from streams.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Shows and changes alarms, and the targets that are told of them: docs/alarms.md, docs/notify.md."

    def add_arguments(self, parser: CommandParser) -> None:
        subparsers = parser.add_subparsers(required=True, metavar="VERB")
        for module in verbs.modules():
            module.add(subparsers)

    def handle(self, *args: Any, **options: Any) -> None:
        options["action"](self, **options)
