"""manage.py endpoint: the Kinesis API of the embedded stream, for the clients of Amazon Kinesis."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections

from common import spooled_log
from common.spooled_log import Spool
from ingest.endpoint.place import Place, fault
from ingest.endpoint.running import until_told
from ingest.endpoint.wiring import build
from streams.engine import signals
from streams.management.options import up_to
from streams.management.plain import PlainCommand, UsageError
from streams.wiring import is_kinesis

LOOPBACK = "127.0.0.1"
LOG_SECONDS = 1.0  # that the end waits for the last lines of the log
ON_KINESIS = "STREAM_URL leads to Amazon Kinesis, which has an endpoint of its own: this one serves an embedded stream."


class Command(PlainCommand):
    help = "Serves the Kinesis API, so that any Kinesis client can put and read records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=LOOPBACK, help="address to listen at (default: %(default)s)")
        parser.add_argument("--port", type=up_to(65_535), default=settings.ENDPOINT_PORT, help="(default: %(default)s)")
        parser.add_argument("--socket", type=Path, metavar="PATH", help="a Unix socket to listen at instead, for nginx")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_kinesis():
            raise UsageError(ON_KINESIS)
        place = Place(options["host"], options["port"], options["socket"])
        if why := fault(place):
            other = "" if place.socket else " --port names another."
            self.fail(f"The endpoint cannot listen at {place}: {why}{other}", 1)
        signals.began.send(type(self))
        spools = spooled_log.install()  # the loop that answers requests never waits for a reader of the log
        running = build(place, lambda: self._tell(place))
        asyncio.run(until_told(running))
        self._leave(spools)

    def _leave(self, spools: Sequence[Spool]) -> None:
        """Ends the process at once. All is stored and closed; the server's threads, which may ask for the interpreter
        while it ends, would abort the process.
        """
        self.stdout.flush()
        connections.close_all()
        for spool in spools:
            spool.drain(LOG_SECONDS)
        os._exit(0)

    def _tell(self, place: Place) -> None:
        self.stdout.write(f"The Kinesis API answers at {place}")
        self.stdout.flush()
