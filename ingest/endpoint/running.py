"""Builds the endpoint from its parts, and runs it until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from typing import NamedTuple

from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server

from ingest.endpoint.fan_out import FanOut
from ingest.endpoint.guard import Guard
from ingest.endpoint.iterators import Iterators
from ingest.endpoint.keys import Find, Keys
from ingest.endpoint.opened import Opened
from ingest.endpoint.place import Place
from ingest.endpoint.seals import Seals
from ingest.endpoint.server import MOST_HEADERS, Endpoint
from ingest.endpoint.service import Service
from ingest.endpoint.telling import Told
from ingest.endpoint.unread import Unread
from ingest.endpoint.watch import Watch, connect
from ingest.endpoint.writer import Writer
from streams.backends.embedded.administration import Administration
from streams.backends.embedded.url import EmbeddedUrl
from streams.core import clock

HEADER_MILLISECONDS = 60_000  # that a client may take to send its headers, or may say nothing on a kept connection
GRACE = 2.0  # seconds for requests that are at work when it is told to stop
BACKLOG = 1024
MOST_REQUESTS = 2048  # connections at once, of HTTP/1.1 also silent ones; more wait (ingest.endpoint.guard)


class Parts(NamedTuple):
    """Holds the parts of the endpoint."""

    url: EmbeddedUrl
    find: Find  # access keys
    secrets: Sequence[str]  # from which the keys of iterators are derived; the first one is current
    told: Told
    now: clock.Clock = clock.now
    unpacks: bool = True  # aggregates of KPL are stored as the records that they hold


class Running:
    """Runs the endpoint in the loop that calls `serve`."""

    def __init__(self, parts: Parts, place: Place, told: Callable[[], object] = lambda: None) -> None:
        """Sets up the endpoint at this place; `told` is called when it listens."""
        path, limited, faults, _ = parts.url
        streams = Opened(lambda name: Administration(path, name, limited=limited, faults=faults))
        self._writer = Writer(streams, parts.told)
        iterators = Iterators(Seals(parts.secrets, "kinesis api"))
        keys = Keys(parts.find, parts.now)
        self.service = Service(streams, iterators, keys, self._writer, parts.now, unpacks=parts.unpacks)
        self._fan_out = FanOut(self.service, Watch(lambda: connect(path)), Unread())
        self._stopped = asyncio.Event()
        self._server = Server(
            Endpoint(self.service, self._fan_out, parts.told),
            address=place.host,
            port=place.port,
            uds=place.socket,
            interface=Interfaces.RSGI,
            websockets=False,
            backlog=BACKLOG,
            backpressure=MOST_REQUESTS,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=128 << 10),
            http2_settings=HTTP2Settings(max_headers_size=2 * MOST_HEADERS, max_concurrent_streams=200),
            log_enabled=False,
        )
        self._socket = place.socket
        self._guard = Guard(place.port)
        self._server.on_startup(self._open_socket)
        self._server.on_startup(told)

    async def serve(self) -> None:
        """Serves until `stop` is called; then it finishes the requests that are at work, for up to GRACE seconds."""
        logging.getLogger("granian").setLevel(logging.ERROR)
        serving, stopped = asyncio.create_task(self._server.serve()), asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({serving}, timeout=GRACE)
            if serving.done():
                serving.result()  # raises its error
        finally:
            self._writer.close()
            self.service.pool.shutdown()

    def _open_socket(self) -> None:
        """Lets the group use the Unix socket: nginx is in it, and bounds the connections itself."""
        if self._socket is not None:
            self._socket.chmod(0o660)
        else:
            self._guard.start()

    def stop(self) -> None:
        self._fan_out.end_all()
        self._guard.stop()
        self._stopped.set()
        self._server.stop()  # type: ignore[no-untyped-call]  # granian's


async def until_told(running: Running) -> None:
    """Serves until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.stop)
    await running.serve()
