"""manage.py streams: make, look at and remove streams."""

import signal
import sys
import time
from functools import partial
from itertools import islice
from typing import Any

import msgspec
from django.core.management.base import CommandParser

from streams import clock, tail, wiring
from streams.management.plain import PlainCommand, positive, where
from streams.management.table import lines
from streams.records import LATEST, TRIM_HORIZON, Description, StreamExistsError, at

FROM_HELP = "trim-horizon (default), latest (follows), or an ISO time"


class Command(PlainCommand):
    help = "Makes, shows and removes event streams."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="create|list|status|tail|delete")
        create = verbs.add_parser("create", help="make a stream")
        create.add_argument("--shards", type=positive, default=1, metavar="N", help="how many (default: 1)")
        create.add_argument("--if-absent", action="store_true", help="say nothing when it is there already")
        status = verbs.add_parser("status", help="its shards and what they hold")
        tail = verbs.add_parser("tail", help="its records, all shards merged by time")
        tail.add_argument("--from", dest="start", type=where, default=TRIM_HORIZON, metavar="WHERE", help=FROM_HELP)
        tail.add_argument("--limit", type=positive, metavar="N", help="at most so many records")
        tail.add_argument("--follow", action="store_true", help="go on with what arrives")
        listing = verbs.add_parser("list", help="the streams there are")
        delete = verbs.add_parser("delete", help="remove a stream and all its records")
        for verb in (create, status, tail, delete):
            verb.add_argument("name")
        for verb in (listing, status, tail):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")
        actions = {create: self.create, listing: self.list, status: self.status, tail: self.tail, delete: self.delete}
        for verb, action in actions.items():
            verb.set_defaults(action=action)

    def handle(self, *args: Any, **options: Any) -> None:
        options["action"](**options)

    def create(self, name: str, shards: int, *, if_absent: bool, **_: Any) -> None:
        try:
            wiring.open_stream(name).create(shards)
        except StreamExistsError:
            if if_absent:
                return
            raise
        self.stdout.write(f"Created {name} with {shards} shard{'s' if shards > 1 else ''}.")

    def delete(self, name: str, **_: Any) -> None:
        wiring.open_stream(name).delete()
        self.stdout.write(f"Deleted {name}.")

    def list(self, *, json: bool, **_: Any) -> None:
        rows = [_summary(wiring.open_stream(name).describe()) for name in wiring.stream_names()]
        for line in map(_json, rows) if json else lines(rows):
            self.stdout.write(line)

    def status(self, name: str, *, json: bool, **_: Any) -> None:
        found = _status(wiring.open_stream(name).describe())
        for line in [_json(found)] if json else lines(found["shards"]):
            self.stdout.write(line)

    def tail(self, name: str, start: Any, limit: int | None, *, follow: bool, json: bool, **_: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # it only reads: it may end anywhere
        stream = wiring.open_stream(name)
        if start == LATEST:  # Nothing is there yet: it can only mean to follow.
            start, follow = at(clock.now()), True
        records = tail.followed(stream, start, partial(time.sleep, 0.1)) if follow else tail.held(stream, start)
        for record in islice(records, limit):
            self.stdout.write(_json(tail.row(record)) if json else tail.in_words(record))


def _summary(found: Description) -> dict[str, Any]:
    records = sum(shard.records or 0 for shard in found.shards)
    return {"name": found.name, "status": found.status, "shards": sum(s.open for s in found.shards), "records": records}


def _status(found: Description) -> dict[str, Any]:
    """Hash bounds are strings, as in Kinesis: no JSON reader keeps 128 bits."""
    shards = [
        {
            "id": shard.id,
            "open": shard.open,
            "parents": list(shard.parents),
            "hash_start": str(shard.hash_start),
            "hash_end": str(shard.hash_end),
            "records": shard.records,
        }
        for shard in found.shards
    ]
    return {"name": found.name, "status": found.status, "shards": shards}


def _json(row: dict[str, Any]) -> str:
    return msgspec.json.encode(row).decode()
