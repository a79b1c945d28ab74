"""Receivers of webhooks on loopback: one that keeps each post, and ones that behave badly."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serving

BAD = ("hang", "500", "400", "close", "drip", "redirect", "long")


class Receiver(ThreadingHTTPServer):
    """Keeps the posts in their order. `mode` is "ok", or one of BAD."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self, mode: str = "ok") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = mode
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in"

    @property
    def names(self) -> list[str]:
        """Returns the ids of the posts, as they came."""
        return [headers["webhook-id"] for headers, _ in self.posts]

    @property
    def once(self) -> list[str]:
        """Returns the ids of the posts without repetitions, as a receiver that de-duplicates has them."""
        return list(dict.fromkeys(self.names))

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.posts]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
        getattr(self, f"_{self.server.mode}")()

    def _ok(self) -> None:
        self._answer(200, b"thanks")

    def _hang(self) -> None:
        self.server.over.wait(60)
        self.close_connection = True

    def _drip(self) -> None:
        for _ in range(600):
            self.wfile.write(b"H")
            if self.server.over.wait(0.1):
                break
        self.close_connection = True

    def _close(self) -> None:
        self.close_connection = True

    def _500(self) -> None:
        self._answer(500, b"broken")

    def _400(self) -> None:
        self._answer(400, b"not this one")

    def _redirect(self) -> None:
        self._answer(302, b"", Location="http://127.0.0.1:1/")

    def _long(self) -> None:
        self._answer(200, b"x" * 1_000_000)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Keeps quiet."""

    def handle(self) -> None:
        with suppress(TimeoutError, ConnectionError):
            super().handle()


@contextmanager
def receiver(mode: str = "ok") -> Iterator[Receiver]:
    with serving(Receiver(mode)) as server:
        try:
            yield server
        finally:
            server.over.set()
