"""manage.py report: prints the results of an application."""

import json
from typing import Any

from django.core.management.base import CommandParser

from streams import applications
from streams.management.options import MOST_MINUTES, application_name, old_stream_name, up_to
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines


class Command(PlainCommand):
    help = "Prints an application's results of the last minutes, such as trades by minute, or alarms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("application", type=application_name, metavar="APPLICATION")
        parser.add_argument(
            "--minutes", type=up_to(MOST_MINUTES), default=60, metavar="N", help="how far back (default: 60)"
        )
        parser.add_argument(
            "--stream", type=old_stream_name, help="only of that stream (default: all of them, added up)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        application = applications.find(options["application"])
        if application.report is None:
            raise UsageError(f"The application {application.name!r} has no report.")
        rows = application.report(options["minutes"], options["stream"])
        for line in map(json.dumps, rows) if options["json"] else lines(rows):
            self.stdout.write(line)
