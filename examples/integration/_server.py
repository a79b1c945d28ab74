"""Bounds the servers among the examples: connections at once, the time of a request, the size of its body."""

import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

MOST_CONNECTIONS = 50


class Bounded(socketserver.ThreadingMixIn):
    """Serves each connection in a thread, and closes at once those beyond MOST_CONNECTIONS."""

    daemon_threads = True
    request_queue_size = MOST_CONNECTIONS  # a shorter queue makes clients that come at once wait for seconds

    def __init__(self, *arguments: Any) -> None:
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)  # type: ignore[attr-defined]

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()


class TcpServer(Bounded, socketserver.TCPServer):
    """Serves TCP at an address."""

    allow_reuse_address = True


class HttpServer(Bounded, HTTPServer):
    """Serves HTTP at an address."""


class HttpHandler(BaseHTTPRequestHandler):
    """Answers requests. `stream` is the one that the example puts into or reads."""

    server: HttpServer
    timeout = 30  # seconds without a byte
    stream = ""

    def body(self, most: int) -> bytes | None:
        """Returns the body of a request, or None after a refusal: it must tell its length, of at most `most` bytes."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal():
            self.send_error(411)
        elif len(length) > 9 or int(length) > most:
            self.send_error(413)
        else:
            return self.rfile.read(int(length))
        return None

    def answer(self, status: int, kind: str, body: bytes) -> None:
        """Answers with a body of this Content-Type."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
