"""A proxy before a server. It can cut connections, or go silent."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit


class Proxy:
    """Forwards from a port of its own on loopback to that of a URL, while `state` is "up"; `url` leads through it.

    When it is "cut", connections are refused and those that are open end; when it is "dead", new ones are taken and
    nothing ever comes.
    """

    def __init__(self, url: str) -> None:
        target = urlsplit(url).port
        assert target
        self._target: int = target
        self.state = "up"
        self._open: list[socket.socket] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = url.replace(f":{target}/", f":{self._port}/")
        self._listen()

    def cut(self) -> None:
        if self.state == "cut":
            return
        self.state = "cut"
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._hang_up()

    def go_dead(self) -> None:
        self.state = "dead"
        self._hang_up()

    def mend(self) -> None:
        was, self.state = self.state, "up"
        self._hang_up()
        if was == "cut":
            self._listen()

    def _listen(self) -> None:
        self._server = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, args=[self._server], daemon=True).start()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            self._open.append(client)
            if self.state == "up":
                other = socket.create_connection(("127.0.0.1", self._target), timeout=60)
                other.settimeout(None)  # a client may be silent for longer
                self._open.append(other)
                for ends in ((client, other), (other, client)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()

    def _hang_up(self) -> None:
        while self._open:
            _end(self._open.pop())


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        _end(each)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
