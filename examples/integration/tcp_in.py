"""Takes lines of JSON over raw TCP and puts them into a stream.

    python examples/integration/tcp_in.py sensors --port 5170

MILLRACE_TOKEN is an API token with the scope write:streams. TCP's own acknowledgement says only that a kernel has
the bytes, so this server answers each batch, after it is stored, with a line: `stored 3`, the lines, or `refused …`.
A sender that repeats the lines without an answer has each line stored at least once. A sender that does not read
answers, or sends faster than the stream takes, is held up by TCP. There is no encryption and no sign-in: it listens
on the loopback address only.
"""

import argparse
import io
import socket
import socketserver
from uuid import uuid4

from _server import TcpServer
from http_in import RefusedError, UnavailableError, batches, put

MOST_LINE = 64 << 10  # bytes
SECONDS = 300  # without a line, after which the connection is closed


class Handler(socketserver.BaseRequestHandler):
    """Serves one connection."""

    request: socket.socket
    stream = ""

    def handle(self) -> None:
        try:
            self.request.settimeout(SECONDS)
            self._serve()
        except (OSError, UnavailableError):
            pass  # closed: the sender sends again what had no answer

    def _serve(self) -> None:
        """Puts all lines that are there at once as a batch: many when it is busy, one when it is not."""
        rest = b""
        while came := self.request.recv(1 << 16):
            whole, end, rest = (rest + came).rpartition(b"\n")
            if len(rest) > MOST_LINE:
                self.request.sendall(f"refused: a line has more than {MOST_LINE} bytes\n".encode())
                return
            for body in batches(io.BytesIO(whole + end)) if whole.strip() else ():
                self.request.sendall(self._put(body))

    def _put(self, body: bytes) -> bytes:
        try:
            told = put(self.stream, body, str(uuid4()))
        except RefusedError as error:
            return f"refused: {' '.join(str(error).split())[:300]}\n".encode()
        return f"stored {told['records']}, refused {told['failed']}\n".encode()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Takes lines of JSON over TCP and puts them into a stream.")
    parser.add_argument("stream")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    Handler.stream = options.stream
    with TcpServer(("127.0.0.1", options.port), Handler) as server:
        print(f"Lines of JSON to 127.0.0.1:{options.port}", flush=True)
        server.serve_forever()
