"""manage.py sql: applications that are written in SQL."""

from typing import Any

from django.core.management.base import CommandParser

from sql.errors import ScriptError
from sql.folder import FolderError
from sql.management import verbs
from streams.management.plain import PlainCommand, UsageError


class Command(PlainCommand):
    help = "Checks, tests, deploys and compares applications that are written in the SQL of Amazon Kinesis Analytics."

    def add_arguments(self, parser: CommandParser) -> None:
        subparsers = parser.add_subparsers(required=True, metavar="VERB")
        for module in verbs.modules():
            module.add(subparsers)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["action"](self, **options)
        except FolderError as error:
            raise UsageError(str(error)) from None
        except ScriptError as error:
            for problem in error.problems:
                self.stderr.write(str(problem), str)
            raise SystemExit(2) from None
