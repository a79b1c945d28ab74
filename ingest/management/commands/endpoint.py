"""manage.py endpoint: the Kinesis API of the embedded stream, for the clients of Amazon Kinesis."""

import asyncio
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from ingest.endpoint.running import Place, until_told
from ingest.endpoint.wiring import build
from streams.engine import signals
from streams.management.options import up_to
from streams.management.plain import PlainCommand, UsageError
from streams.wiring import is_kinesis

LOOPBACK = "127.0.0.1"
ON_KINESIS = "STREAM_URL leads to Amazon Kinesis, which has an endpoint of its own: this one serves an embedded stream."


class Command(PlainCommand):
    help = "Serves the Kinesis API, so that any Kinesis client can put and read records. Keys: manage.py access_key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=LOOPBACK, help="address to listen at (default: %(default)s)")
        parser.add_argument("--port", type=up_to(65_535), default=settings.ENDPOINT_PORT, help="(default: %(default)s)")
        parser.add_argument("--socket", type=Path, metavar="PATH", help="a Unix socket to listen at instead, for nginx")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_kinesis():
            raise UsageError(ON_KINESIS)
        place = Place(options["host"], options["port"], options["socket"])
        if fault := _fault(place):
            self.fail(f"The endpoint cannot listen at {_shown(place)}: {fault}", 1)
        signals.began.send(type(self))
        running = build(place, lambda: self._tell(place))
        asyncio.run(until_told(running))

    def _tell(self, place: Place) -> None:
        self.stdout.write(f"The Kinesis API answers at {_shown(place)}")
        self.stdout.flush()


def _fault(place: Place) -> str:
    """Returns why nothing can listen there. The server itself would share the port with another process."""
    try:
        if place.socket:
            return "" if place.socket.parent.is_dir() else "there is no such folder."
        family, kind, _, _, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return f"{error.strerror or error}."
    return ""


def _shown(place: Place) -> str:
    if place.socket:
        return f"the socket {place.socket}"
    return f"http://{f'[{place.host}]' if ':' in place.host else place.host}:{place.port}"
