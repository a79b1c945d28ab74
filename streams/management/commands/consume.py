"""manage.py consume: a worker of a consumer application."""

import json
from typing import Any

from django.core.management.base import CommandParser

from streams import signals
from streams.consumer import Consumer
from streams.loop import Loop
from streams.management.options import stream_name, where
from streams.management.plain import PlainCommand
from streams.records import TRIM_HORIZON, StreamError
from streams.reports import Row, minute_in_words
from streams.wiring import APPLICATIONS, build_worker


class Command(PlainCommand):
    help = "Reads a stream and keeps an application's results, each record exactly once. Start as many as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("application", choices=sorted(APPLICATIONS))
        parser.add_argument("--stream", type=stream_name, metavar="NAME", help=STREAM_HELP)
        parser.add_argument("--until-caught-up", action="store_true", help="end when all that is there now is applied")
        parser.add_argument("--from", dest="start", type=where, default=TRIM_HORIZON, metavar="WHERE", help=WHERE_HELP)
        parser.add_argument("--whole-stream", action="store_true", help=WHOLE_HELP)
        parser.add_argument("--json", action="store_true", help="one JSON object for each minute that closes")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["application"]
        stream = options["stream"] or name
        worker = build_worker(name, stream, options["start"], whole=options["whole_stream"])

        def tell(row: Row) -> None:
            for line in [json.dumps(row)] if options["json"] else minute_in_words(row):
                self.stdout.write(line)
            self.stdout.flush()

        consumer = Consumer(worker, stream, tell if name == "trades" else None)
        until_caught_up = options["until_caught_up"]
        loop = Loop(
            consumer.step, finished=lambda: until_caught_up and bool(consumer.caught_up or consumer.standing_still)
        )
        loop.stop_on_signals()
        signals.began.send(type(self))
        try:
            loop.run()
        finally:
            worker.close()
        if until_caught_up and consumer.standing_still:
            shards = ", ".join(consumer.standing_still)
            raise StreamError(f"Not all was read: {shards} stands still, as said above.")


STREAM_HELP = "the stream to read (default: the application's name)"
WHOLE_HELP = (
    "one worker at a time reads all shards, merged by time: for partition keys that are not the application's own"
)
WHERE_HELP = "where a stream never read before starts: trim-horizon (default), latest, a time, or 15m ago"
