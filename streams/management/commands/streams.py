"""manage.py streams: make, look at, re-shard and remove streams."""

import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

from django.core.management.base import CommandParser
from django.db import Error

from common.running import on_stream, to_run
from streams import changes, wiring
from streams.backends import limits
from streams.backends.base import Stream
from streams.core.records import LATEST, TRIM_HORIZON, Description, StreamExistsError, StreamNotFoundError, at
from streams.core.showing import json_line
from streams.management.options import (
    MOST_RECORDS,
    MOST_SHARDS,
    hash_value,
    old_stream_name,
    position,
    stream_name,
    up_to,
)
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines
from streams.operations import deadletters, retention
from streams.operations.deadletters import Choice
from streams.operations.tail import Tail, in_words, row

HERE = "the command line"  # in the audit
VERBS = "create|list|status|tail|put|split|merge|reshard|delete"
FROM_HELP = "trim-horizon (default), latest (follows), an ISO time, or so long ago: 15m, now-1h"


class Command(PlainCommand):
    help = "Makes, shows, re-shards and removes event streams."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar=VERBS)
        create = verbs.add_parser("create", help="make a stream")
        create.add_argument("--shards", type=up_to(MOST_SHARDS), default=1, metavar="N", help="how many (default: 1)")
        create.add_argument("--if-absent", action="store_true", help="succeed when the stream exists already")
        create.add_argument("--retention", type=up_to(changes.MOST_HOURS), metavar="H", help="hours to keep records")
        status = verbs.add_parser("status", help="show the shards of a stream and their records")
        tail = verbs.add_parser("tail", help="print the records of a stream, all shards merged by time")
        tail.add_argument("--from", dest="start", type=position, default=TRIM_HORIZON, metavar="WHERE", help=FROM_HELP)
        tail.add_argument("--limit", type=up_to(MOST_RECORDS), metavar="N", help="at most so many records")
        tail.add_argument("--follow", action="store_true", help="go on with records that arrive")
        listing = verbs.add_parser("list", help="list the streams")
        delete = verbs.add_parser("delete", help="remove a stream, all its records and its leases")
        delete.add_argument("--yes", action="store_true", help="do not ask for the name; needed in scripts")
        create.add_argument("name", type=stream_name)
        for verb in (status, tail, delete):
            verb.add_argument("name", type=old_stream_name)
        for verb in (listing, status, tail):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")
        actions = {create: self.create, listing: self.list, status: self.status, tail: self.tail, delete: self.delete}
        for verb, action in {**actions, **self._add_changes(verbs)}.items():
            verb.set_defaults(action=action)

    def _add_changes(self, verbs: Any) -> dict[CommandParser, Callable[..., None]]:
        put = verbs.add_parser("put", help="put one record")
        split = verbs.add_parser("split", help="close a shard and make two of it")
        merge = verbs.add_parser("merge", help="close two neighbouring shards and make one of them")
        reshard = verbs.add_parser("reshard", help="split and merge until so many shards share the keys evenly")
        for verb in (put, split, merge, reshard):
            verb.add_argument("name", type=old_stream_name)
        put.add_argument("--key", metavar="K", help="the partition key (default: a random one)")
        put.add_argument("data", help="the record's data, or - to read it from standard input")
        split.add_argument("shard", help="the shard's name, as status prints it")
        split.add_argument(
            "--at", type=hash_value, metavar="HASH", help="first hash of the second shard (default: half-way)"
        )
        merge.add_argument("shard", help="the shard's name, as status prints it")
        merge.add_argument("neighbour", help="the shard whose range is next to it")
        reshard.add_argument("count", type=up_to(changes.MOST_SHARDS), help="how many open shards there shall be")
        return {put: self.put, split: self.split, merge: self.merge, reshard: self.reshard}

    def handle(self, *args: Any, **options: Any) -> None:
        options["action"](**options)

    def create(self, name: str, shards: int, retention: int | None, *, if_absent: bool, **_: Any) -> None:
        try:
            changes.create(name, shards, retention)
        except StreamExistsError:
            if if_absent:
                return
            raise
        self.stdout.write(f"Created {name} with {shards} shard{'s' if shards > 1 else ''}.")

    def delete(self, name: str, *, yes: bool, **_: Any) -> None:
        """Deletes a stream with its leases, since their lag would grow for ever. Also for a stream that is gone."""
        try:
            stream = wiring.open_stream(name)
            self._be_sure(stream.describe(), yes=yes)
            stream.delete()
            self.stdout.write(f"Deleted {name}.{_letters_left(name)}")
        except StreamNotFoundError:
            if not retention.forget_leases(name):
                self.fail(f"There is no stream {name!r}: nothing was deleted.", 1)
            self.stdout.write(f"{name} was gone; so are its leases, now.")
        else:
            retention.forget_leases(name)

    def _be_sure(self, found: Description, *, yes: bool) -> None:
        """Asks the user on a terminal to type the name; elsewhere --yes takes its place."""
        if yes:
            return
        records = _summary(found)["records"]
        what = f"{records:,} record{'' if records == 1 else 's'}" if records is not None else "all its records"
        says = f"{found.name} and {what} would be deleted for good.{_letters_left(found.name)}"
        if not sys.stdin.isatty():
            raise UsageError(f"{says} To do so, say --yes.")
        self.stdout.write(says)
        if input("Type its name to go on: ").strip() != found.name:
            self.fail("That is not its name; nothing was deleted.", 1)

    def put(self, name: str, key: str | None, data: str, **_: Any) -> None:
        read = sys.stdin.buffer.read(limits.LARGEST_RECORD + 1) if data == "-" else os.fsencode(data)
        found = changes.put(name, secrets.token_hex(8) if key is None else key, read)
        size = "1 byte" if len(read) == 1 else f"{len(read):,} bytes"
        self.stdout.write(f"Put {size} into {found.shard} of {name}, sequence number {found.number}.")

    def reshard(self, name: str, count: int, **_: Any) -> None:
        before = changes.reshard(name, count, waits=True)
        self._note("reshard", f"{name}, from {before}", count)
        self.stdout.write(f"{name} has {count:,} open shard{'s' if count > 1 else ''} instead of {before:,}.")

    def split(self, name: str, shard: str, at: int | None, **_: Any) -> None:
        stream = wiring.open_stream(name)
        stream.split(shard, at)
        self._note("split", f"{shard} of {name}", 2)
        self.stdout.write(f"Split {shard} of {name} into {_children(stream, shard)}.")

    def merge(self, name: str, shard: str, neighbour: str, **_: Any) -> None:
        stream = wiring.open_stream(name)
        stream.merge(shard, neighbour)
        self._note("merge", f"{shard} and {neighbour} of {name}", 1)
        self.stdout.write(f"Merged {shard} and {neighbour} of {name} into {_children(stream, shard)}.")

    def _note(self, action: str, target: str, count: int) -> None:
        """Adds the act to the audit, as the pages do, so that charts of the stream mark it."""
        try:
            changes.note(HERE, action, target, count)
        except Error:
            self.stderr.write("The database did not take a note of it, so no chart marks it.")

    def list(self, *, json: bool, **_: Any) -> None:
        rows = [_summary(wiring.open_stream(name).describe()) for name in wiring.stream_names()]
        for line in map(json_line, rows) if json else lines(rows):
            self.stdout.write(line)

    def status(self, name: str, *, json: bool, **_: Any) -> None:
        found = _status(wiring.open_stream(name).describe())
        for line in [json_line(found)] if json else lines(found["shards"]):
            self.stdout.write(line)

    def tail(self, name: str, start: Any, limit: int | None, *, follow: bool, json: bool, **_: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # it only reads: it may end anywhere
        stream = wiring.open_stream(name)
        if start == LATEST:  # Nothing is there yet: it can only mean to follow.
            start, follow = at(stream.now()), True
        found = Tail(stream, start, partial(time.sleep, 0.1))
        for record in islice(found.followed() if follow else found.held(), limit):
            self.stdout.write(json_line(row(record, stream.sequence_text)) if json else in_words(record))


def _letters_left(name: str) -> str:
    """Returns a sentence, after a space, on the dead letters that outlive a stream; "" if there are none."""
    count = deadletters.discardable(Choice(stream=name)).count()
    if not count:
        return ""
    letters = "1 dead letter of it stays" if count == 1 else f"{count:,} dead letters of it stay"
    command = to_run("deadletters", "discard", "--all", *on_stream(name))
    return f" {letters}, to be looked at or discarded: {command}"


def _children(stream: Stream, parent: str) -> str:
    return " and ".join(shard.id for shard in stream.describe().shards if parent in shard.parents)


def _summary(found: Description) -> dict[str, Any]:
    counts = [shard.records for shard in found.shards]
    records = None if None in counts else sum(count or 0 for count in counts)
    return {"name": found.name, "status": found.status, "shards": sum(s.open for s in found.shards), "records": records}


def _status(found: Description) -> dict[str, Any]:
    """Returns the row of a stream. Hash bounds are strings, as in Kinesis: no JSON reader keeps 128 bits."""
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
