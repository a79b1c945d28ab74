"""manage.py deadletters: look at the records that could not be applied, replay them, discard them."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from common.limits import MAX_ID
from common.running import to_run
from streams.core import clock
from streams.core.showing import json_line
from streams.management.options import old_application_name, old_stream_name, refuse_unknown, up_to
from streams.management.plain import PlainCommand
from streams.management.table import lines
from streams.models import DeadLetter
from streams.operations import deadletters
from streams.operations.deadletters import Choice
from streams.operations.tail import row

WHO = "manage.py"
LIST = to_run("deadletters", "list")
MOST_GROUPS = 1000


class Command(PlainCommand):
    help = "Shows the records that could not be applied; replays or discards them."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="list|groups|replay|discard")
        listing = verbs.add_parser("list", help="list the dead letters, newest first")
        grouping = verbs.add_parser("groups", help="count the dead letters of each kind of error")
        replay = verbs.add_parser("replay", help="let the worker apply them as if they arrived now")
        discard = verbs.add_parser("discard", help="never apply them; their bytes stay to be looked at")
        for verb in (listing, grouping, replay, discard):
            verb.add_argument("--application", type=old_application_name, metavar="NAME")
            verb.add_argument("--stream", type=old_stream_name, metavar="NAME", help="only of that stream")
            verb.add_argument("--kind", metavar="TEXT", help="only of that kind of error, as groups prints it")
        for verb in (replay, discard):
            which = verb.add_mutually_exclusive_group(required=True)
            which.add_argument("--id", type=up_to(MAX_ID), nargs="+", metavar="N", help="these, as list numbers them")
            which.add_argument("--all", action="store_true", help="all letters that this can be done to")
        listing.add_argument("--id", type=up_to(MAX_ID), nargs="+", metavar="N", help="only these")
        for verb in (listing, grouping):
            verb.add_argument("--status", choices=DeadLetter.Status.values)
        listing.add_argument("--json", action="store_true", help="one JSON object a line, with the record's data")
        grouping.add_argument("--json", action="store_true", help="one JSON object a line")
        actions: dict[CommandParser, Callable[..., None]] = {listing: self.list, grouping: self.groups}
        actions |= {replay: self.replay, discard: self.discard}
        for verb, action in actions.items():
            verb.set_defaults(action=action)

    def handle(self, *args: Any, **options: Any) -> None:
        if application := options["application"]:
            refuse_unknown(application)
        ids = options.get("id")
        names = {name: options.get(name) for name in ("application", "stream", "status", "kind")}
        options["action"](Choice(ids=ids and set(ids), **names), json=options.get("json", False))

    def list(self, choice: Choice, *, json: bool, **_: Any) -> None:
        found = deadletters.chosen(choice)
        words = map(_json, found.iterator(100)) if json else lines(map(_words, found.defer("data")))
        for line in words:
            self.stdout.write(line)

    def groups(self, choice: Choice, *, json: bool, **_: Any) -> None:
        rows = [group._asdict() for group in deadletters.groups(choice, MOST_GROUPS)]
        for line in map(json_line, rows) if json else lines(rows):
            self.stdout.write(line)

    def replay(self, choice: Choice, **_: Any) -> None:
        count = deadletters.replay(choice, WHO)
        self._refuse_none(choice, count, "replayed: only kept ones can be")
        what = "it" if count == 1 else "they"
        self.stdout.write(f"{_records(count)} will be put before the worker again, as if {what} arrived now.")

    def discard(self, choice: Choice, **_: Any) -> None:
        count = deadletters.discard(choice, WHO)
        self._refuse_none(choice, count, "discarded: those that are applied or discarded stay so")
        self.stdout.write(f"{_records(count)} discarded.")

    def _refuse_none(self, choice: Choice, count: int, why: str) -> None:
        if not count:
            self.fail(f"No dead letter ({choice}) was {why}. To see them all: {LIST}", 1)


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"


def _words(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": str(letter.pk),  # to be copied: no thousands separator
        "application": letter.application,
        "stream": letter.stream,
        "shard": letter.shard,
        "sequence": letter.sequence,
        "key": letter.partition_key,
        "arrived": clock.to_iso(clock.from_datetime(letter.arrived)),
        "attempts": letter.attempts,
        "status": letter.status,
        "error": letter.error,
    }


def _json(letter: DeadLetter) -> str:
    arrived = clock.from_datetime(letter.arrived)
    record = row((arrived, int(letter.sequence), letter.shard, letter.partition_key, bytes(letter.data)))
    found = {"id": letter.pk, "application": letter.application, "stream": letter.stream, **record}
    return json_line(found | {"attempts": letter.attempts, "status": letter.status, "error": letter.error})
