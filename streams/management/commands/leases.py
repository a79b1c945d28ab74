"""manage.py leases: shows how far each stream is read, forgets it, or brings checkpoints over from KCL."""

import json as jsonlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandParser

from streams import wiring
from streams.core.records import From, Position
from streams.management.options import (
    application_name,
    old_application_name,
    old_stream_name,
    position,
    refuse_unknown,
    stream_name,
)
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines
from streams.models import current_leases
from streams.operations import lag, retention

KINESIS_ONLY = "Checkpoints of KCL are places in Amazon Kinesis: set STREAM_URL=kinesis://REGION first."

HEIR = "the application that takes the checkpoints over"


class Command(PlainCommand):
    help = "Shows and forgets the leases of consumer applications, and imports the checkpoints of a KCL application."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="list|forget|import-kcl")
        listing = verbs.add_parser("list", help="who reads what, and how far")
        listing.add_argument("--application", type=old_application_name, metavar="NAME", help="only of that one")
        forgetting = verbs.add_parser("forget", help="remove the leases of an application on a stream; results stay")
        forgetting.add_argument("application", type=old_application_name, metavar="APPLICATION")
        forgetting.add_argument("--stream", required=True, type=old_stream_name, help="the stream that is read no more")
        forgetting.add_argument("--yes", action="store_true", help="do not ask for confirmation")
        forgetting.set_defaults(action=self.forget)
        taking = verbs.add_parser("import-kcl", help="take the checkpoints of a KCL application, which must be stopped")
        taking.add_argument("table", metavar="TABLE", help="the lease table of the KCL application in DynamoDB")
        taking.add_argument("--application", required=True, type=application_name, metavar="NAME", help=HEIR)
        taking.add_argument("--stream", required=True, type=stream_name, help="the stream that it reads")
        taking.add_argument("--region", help="region of the table (default: that of STREAM_URL)")
        taking.add_argument("--endpoint-url", metavar="URL", help="endpoint of DynamoDB (default: chosen by boto3)")
        taking.add_argument("--timestamp", type=position, metavar="TIME", help="AT_TIMESTAMP of KCL's configuration")
        taking.add_argument("--dry-run", action="store_true", help="write nothing")
        for verb, action in ((listing, self.list), (taking, self.import_kcl)):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")
            verb.set_defaults(action=action)

    def handle(self, *args: Any, **options: Any) -> None:
        if application := options["application"]:
            refuse_unknown(application)
        options["action"](**options)

    def list(self, application: str | None, *, json: bool, **_: Any) -> None:
        leases = current_leases().order_by("application", "stream", "shard").defer("state")
        found, notes = lag.rows(leases.filter(application=application) if application else leases, wiring.count_waiting)
        for line in map(jsonlib.dumps, found) if json else lines(found):
            self.stdout.write(line)
        for note in notes:
            self.stderr.write(note, str)

    def forget(self, application: str, stream: str, *, yes: bool, **_: Any) -> None:
        if not yes:
            retention.refuse_to_forget(application, stream)
            self._ask(application, stream)
        count = retention.forget_reader(application, stream, "manage.py")
        self.stdout.write(f"Forgot {_leases(count)} of {application} on {stream}.")

    def _ask(self, application: str, stream: str) -> None:
        """Raises UsageError unless the user types the name of the stream."""
        if not sys.stdin.isatty():
            raise UsageError("This forgets how far the stream was read, so it wants to be told: add --yes.")
        self.stdout.write(
            f"{application} would read {stream} from its beginning if it were started again. "
            f"Type {stream} to forget how far it was read: ",
            ending="",
        )
        self.stdout.flush()
        if sys.stdin.readline().strip() != stream:
            raise UsageError("That is another name: nothing was changed.")

    def import_kcl(self, table: str, application: str, stream: str, *, dry_run: bool, json: bool, **where: Any) -> None:
        if not wiring.is_kinesis():
            raise UsageError(KINESIS_ONLY)
        from streams.operations import kcl  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

        kcl.refuse_if_read(application, stream)
        timestamp = _milliseconds(where["timestamp"])
        source = wiring.open_stream(stream)
        described = source.describe()
        moment = kcl.Moment(source.now(), timestamp)
        region = where["region"] or urlsplit(settings.STREAM_URL).hostname
        found = kcl.read(kcl.scan(table, region, where["endpoint_url"]), stream, moment)
        leases = kcl.plan(found, application, stream, described.shards)
        for lease in leases:
            lease.identity = described.identity
        if not dry_run:
            kcl.save(leases, application, stream)
        words = {row.shard: row.words for row in found.rows}
        rows = [{"shard": one.shard, "kcl": words.get(one.shard), "checkpoint": one.checkpoint} for one in leases]
        for line in map(jsonlib.dumps, rows) if json else lines(rows):
            self.stdout.write(line)
        done = f"{'Would import' if dry_run else 'Imported'} {_leases(len(leases))} of {application} on {stream}"
        if not json:
            self.stdout.write(
                " ".join([f"{done} from {table}.", *_notes(list(words.values()), len(leases), found.others)])
            )


def _milliseconds(position: Position | None) -> int | None:
    if position and position.kind != From.AT_TIMESTAMP:
        raise UsageError("argument --timestamp: it should be a time such as 2026-11-22T14:00:00Z")
    return position.value if position else None


def _notes(words: Sequence[str], leases: int, others: int) -> Iterator[str]:
    """Yields the sentences that somebody who moves from KCL should read."""
    if "LATEST" in words:
        yield "LATEST became the time of this import: what arrived before is not read."
    if leases > len(words):
        yield f"KCL had removed {_leases(leases - len(words))} of finished shards."
    if others:
        yield f"Rows of other streams, or of KCL itself, that were left: {others}."


def _leases(count: int) -> str:
    return f"{count} lease{'' if count == 1 else 's'}"
