"""Speaks HTTP/1.1 to addresses that people may choose: to checked addresses alone, no redirects, bounded answers.

The whole exchange has one deadline, which a receiver that drips a byte now and then cannot move, and the answer a
bound in bytes. A connection is kept for the next request where the receiver allows it.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct, field

from common.guarded import NONE, Allowed, Lookup, Place, RefusedError, resolve
from common.http_answers import Answer, BadAnswerError, Reader

__all__ = ["Answer", "BadAnswerError", "Connection", "Phases", "head"]

MOST_BODY = 65_536  # bytes of an answer that are read
SECONDS = 10.0  # for one exchange, from the look-up of the name to the last byte
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")


class Phases(Struct):
    """Holds the seconds that the parts of opening a connection took."""

    lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class Connection(Struct):
    """Holds a connection to one place. It is opened at the first request, and again after the receiver closed it."""

    where: Place
    allow: Allowed = NONE
    trust: ssl.SSLContext | None = None  # None: the system's authorities
    lookup: Lookup | None = None
    most: int = MOST_BODY
    clock: Callable[[], float] = time.monotonic
    phases: Phases = field(default_factory=Phases)
    _socket: socket.socket | None = None
    _deadline: float = 0.0

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def request(
        self, method: str, headers: Mapping[str, str], body: bytes = b"", *, seconds: float = SECONDS
    ) -> Answer:
        """Returns the answer to a request. Raises RefusedError by the guard, BadAnswerError, and OSError for all else.

        A kept connection that the receiver closed meanwhile is opened once more: such a request may arrive twice.
        """
        self._deadline = self.clock() + seconds
        request = head(method, self.where, headers, len(body)) + body
        kept = self.is_open
        try:
            return self._exchange(method, request)
        except (ConnectionError, ssl.SSLEOFError) as error:
            self.close()
            if not kept or isinstance(error, BadAnswerError):
                raise
            return self._exchange(method, request)

    def open(self, *, seconds: float = SECONDS) -> ssl.SSLSocket | socket.socket:
        """Opens the connection if it is closed, with the times in `phases`, and returns its socket."""
        self._deadline = self.clock() + seconds
        return self._opened()

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _exchange(self, method: str, request: bytes) -> Answer:
        reader = Reader(method, self.most)
        try:
            opened = self._opened()
            opened.settimeout(self._left())
            opened.sendall(request)
            sent = self.clock()
            while reader.answer is None:
                try:
                    opened.settimeout(self._left())
                    data = opened.recv(65_536)
                except OSError as error:
                    reader.fail(error)
                else:
                    reader.feed(data, self.clock() - sent)
        except BaseException:
            self.close()
            raise
        if not reader.keep:
            self.close()
        return reader.answer

    def _left(self) -> float:
        left = self._deadline - self.clock()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        return left

    def _opened(self) -> socket.socket:
        if self._socket is not None:
            return self._socket
        began = self.clock()
        addresses = resolve(self.where, self.allow, seconds=self._left(), lookup=self.lookup)
        looked_up = self.clock()
        plain = self._connected(addresses)
        connected = self.clock()
        try:
            self._socket = self._wrapped(plain)
        except BaseException:
            plain.close()
            raise
        self.phases = Phases(looked_up - began, connected - looked_up, self.clock() - connected)
        return self._socket

    def _connected(self, addresses: list[str]) -> socket.socket:
        """Returns a socket to the first address that answers; each has its share of the time that is left."""
        last: OSError = OSError("the host has no address")
        for place, address in enumerate(addresses[:4]):
            seconds = self._left() / (min(len(addresses), 4) - place)
            try:
                found = socket.create_connection((address, self.where.port), timeout=seconds)
            except OSError as error:
                last = error
            else:
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return found
        raise last

    def _wrapped(self, plain: socket.socket) -> socket.socket:
        if self.where.scheme == "http":
            return plain
        plain.settimeout(self._left())
        return (self.trust or _trust()).wrap_socket(plain, server_hostname=self.where.host.rstrip("."))


@lru_cache(maxsize=64)
def _is_name(text: str) -> bool:
    """Returns whether a header can have this name."""
    return bool(_HEADER.fullmatch(text))


def head(method: str, where: Place, headers: Mapping[str, str], length: int) -> bytes:
    """Returns the head of a request with a body of `length` bytes. Raises RefusedError for a header that is none."""
    lines = [f"{method} {where.target} HTTP/1.1", f"Host: {where.authority}"]
    for name, value in headers.items():
        if not _is_name(name) or not value.isascii() or not value.isprintable():
            raise RefusedError(f"The header {name!r} has a sign that a header cannot have.")
        lines.append(f"{name}: {value}")
    if length or method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
