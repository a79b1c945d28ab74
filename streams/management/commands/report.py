"""manage.py report: prints the results of an application."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from streams import applications
from streams.applications import Application, Asked, Row
from streams.management.options import MOST_MINUTES, application_name, moment, old_stream_name, up_to
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines

MINUTES = 60  # that a report goes back


class Command(PlainCommand):
    help = "Prints an application's results of the last minutes, such as trades by minute, or alarms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("application", type=application_name, metavar="APPLICATION")
        parser.add_argument("--minutes", type=up_to(MOST_MINUTES), metavar="N", help="how far back (default: 60)")
        parser.add_argument(
            "--stream", type=old_stream_name, help="only of that stream (default: all of them, added up)"
        )
        parser.add_argument("--output", metavar="STREAM", help="only the rows of that stream of a SQL application")
        for bound, words in (("from", "from then on"), ("to", "before then")):
            parser.add_argument(f"--{bound}", type=moment, metavar="TIME", help=f"only the rows {words}, as of SQL")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        application = applications.find(options["application"])
        rows = _rows(application, options)
        for line in map(json.dumps, rows) if options["json"] else lines(rows):
            self.stdout.write(line)


def _rows(application: Application, options: dict[str, Any]) -> Iterable[Row]:
    """Returns the rows that the options ask for. Raises UsageError."""
    bounds = {name: options[word] for name, word in (("output", "output"), ("since", "from"), ("until", "to"))}
    if application.report_range:
        asked = Asked(stream=options["stream"], flat=not options["json"], minutes=options["minutes"], **bounds)
        return application.report_range(asked)
    if any(bounds.values()):
        raise UsageError(f"The report of {application.name!r} takes no --output, --from or --to; it takes --minutes.")
    if application.report is None:
        raise UsageError(f"The application {application.name!r} has no report.")
    return application.report(options["minutes"] or MINUTES, options["stream"])
