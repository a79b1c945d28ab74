"""Viewers through TLS: PORT CERTIFICATE COOKIE COUNT TOPIC PATTERN → [[number, milliseconds when read], …] of each.

The number is the group of the pattern in a message, such as the version of the topic.

Says `ready` when each has its first state. Told to finish with a number, it waits up to 3 s until each has got it.
One thread reads them all by epoll, without a library of sockets: its own time would be most of what is measured.
"""

import json
import re
import select
import ssl
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import create_connection
from time import monotonic, time

ADDRESSES = 40
DOORS = 4  # threads that open sockets
GRACE = 3  # seconds
PATIENCE = 100  # seconds until all are open
MASK = b"\0\0\0\0"  # RFC 6455 wants one; this changes nothing
SUBSCRIBE = json.dumps({"subscribe": [sys.argv[5]]}).encode()
PING, PONG = 0x89, 0x8A
_number = re.compile(sys.argv[6].encode()).search


class Viewer:
    def __init__(self, number: int, port: int, trust: ssl.SSLContext, cookie: str) -> None:
        address = f"127.0.2.{number % ADDRESSES + 1}"
        plain = create_connection(("127.0.0.1", port), 60, (address, 0))
        self.socket = trust.wrap_socket(plain, server_hostname="localhost")
        self.received: list[tuple[int, float]] = []
        self.rest = b""
        words = ["GET /ws/live/?changes=1 HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"]
        words += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        words += [f"Origin: https://localhost:{port}", f"Cookie: {cookie}", "", ""]
        self.socket.sendall("\r\n".join(words).encode())
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.socket.recv(4096) or b"closed\r\n\r\n"
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self.say(0x81, SUBSCRIBE)
        self.socket.settimeout(0)

    def say(self, opcode: int, text: bytes) -> None:
        self.socket.sendall(bytes([opcode, 0x80 | len(text)]) + MASK + text)

    def read(self, now: float) -> None:
        """All there is. `now`: milliseconds."""
        with suppress(ssl.SSLWantReadError):
            while piece := self.socket.recv(65536):
                self.rest += piece
        while frame := self._frame():
            opcode, text = frame
            if opcode == PING:
                self.say(PONG, text)
            elif found := _number(text):
                self.received.append((int(found[1]), now))

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame, which a server does not mask."""
        if len(self.rest) < 4:
            return None
        size, start = self.rest[1], 2
        if size == 126:
            size, start = int.from_bytes(self.rest[2:4], "big"), 4
        if len(self.rest) < start + size:
            return None
        opcode, text = self.rest[0], self.rest[start : start + size]
        self.rest = self.rest[start + size :]
        return opcode, text


class Room:
    """Reads its sockets in a thread of its own."""

    def __init__(self) -> None:
        self.epoll = select.epoll()
        self.viewers: dict[int, Viewer] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def enter(self, viewer: Viewer) -> None:
        self.viewers[viewer.socket.fileno()] = viewer
        viewer.read(time() * 1000)
        self.epoll.register(viewer.socket.fileno(), select.EPOLLIN | select.EPOLLET)

    def _read(self) -> None:
        while True:
            for number, _ in self.epoll.poll():
                self.viewers[number].read(time() * 1000)


def main(port: int, certificate: str, cookie: str, count: int) -> None:
    trust = ssl.create_default_context(cafile=certificate)
    room = Room()
    with ThreadPoolExecutor(DOORS) as doors:
        for opened in [doors.submit(Viewer, number, port, trust, cookie) for number in range(count)]:
            room.enter(opened.result())
    received = [viewer.received for viewer in room.viewers.values()]
    wait(lambda: all(received), PATIENCE)
    print("ready", flush=True)
    final = int(sys.stdin.readline() or 0)
    wait(lambda: all(each[-1][0] >= final for each in received), GRACE)
    print(json.dumps(received))


def wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = monotonic() + seconds
    while not condition() and monotonic() < deadline:
        threading.Event().wait(0.05)


main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
