"""manage.py consume: workers of one or more applications, in one process."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import CommandParser

from common.loop import Loop
from streams import applications
from streams.applications import Closing, Row
from streams.core.records import TRIM_HORIZON, StreamError
from streams.engine import signals
from streams.engine.consumer import Consumer
from streams.engine.consumers import Consumers
from streams.management.options import application_name, position, stream_name
from streams.management.plain import PlainCommand, UsageError
from streams.wiring import build_worker


class Command(PlainCommand):
    help = "Reads streams and keeps applications' results, each record exactly once. Start as many as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("applications", nargs="*", type=application_name, metavar="APPLICATION", help=NAMES_HELP)
        parser.add_argument("--all", action="store_true", help="every application; a missing stream is waited for")
        parser.add_argument("--stream", type=stream_name, metavar="NAME", help=STREAM_HELP)
        parser.add_argument("--until-caught-up", action="store_true", help="end when all present records are applied")
        parser.add_argument(
            "--from", dest="start", type=position, default=TRIM_HORIZON, metavar="WHERE", help=WHERE_HELP
        )
        parser.add_argument("--whole-stream", action="store_true", help=WHOLE_HELP)
        parser.add_argument("--json", action="store_true", help="one JSON object for each window that closes")

    def handle(self, *args: Any, **options: Any) -> None:
        names = _chosen(options["applications"], options["stream"], everything=options["all"])
        until_caught_up = options["until_caught_up"]

        def opens(names: list[str]) -> dict[str, Callable[[], Consumer]]:
            return {name: self._opener(name, options, alone=len(names) == 1) for name in names}

        again = (lambda: opens(applications.names())) if options["all"] and not until_caught_up else None
        consumers = Consumers(opens(names), again=again)
        loop = Loop(consumers.step, finished=lambda: until_caught_up and consumers.caught_up())
        loop.stop_on_signals()
        signals.began.send(type(self))
        try:
            loop.run()
            trouble = consumers.not_read() if until_caught_up else ""
        finally:
            consumers.close()
        if trouble:
            raise StreamError(trouble)

    def _opener(self, name: str, options: dict[str, Any], *, alone: bool) -> Callable[[], Consumer]:
        """Returns a function that makes the consumer of one application."""
        stream = options["stream"] or applications.stream_of(name)
        also = {} if alone else {"application": name}

        def tell(closing: Closing, row: Row) -> None:
            for line in [json.dumps(also | row)] if options["json"] else closing.in_words(row):
                self.stdout.write(line)
            self.stdout.flush()

        def make() -> Consumer:
            found = applications.find(name)
            hurry = options["until_caught_up"]
            worker = build_worker(name, stream, options["start"], whole=options["whole_stream"], hurry=hurry)
            closing = found.closing and partial(found.closing, stream)
            return Consumer(worker, closing, tell, deliver=found.deliver and found.deliver(stream))

        return make


def _chosen(named: list[str], stream: str | None, *, everything: bool) -> list[str]:
    """Returns the applications to run. Raises UsageError."""
    if everything == bool(named):
        raise UsageError(
            f"Name applications, or say --all for every one. There are: {', '.join(applications.names())}."
        )
    names = applications.names() if everything else list(dict.fromkeys(named))
    if stream and len(names) > 1:
        raise UsageError("--stream is for one application; several read the streams of their own names.")
    return names


NAMES_HELP = "one or more; a process shares its time among them"
STREAM_HELP = "the stream to read, of one application (default: its name)"
WHOLE_HELP = (
    "one worker at a time reads all shards, merged by time: for partition keys that are not the application's own"
)
WHERE_HELP = "where a stream never read before starts: trim-horizon (default), latest, a time, or 15m ago"
