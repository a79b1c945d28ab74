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
from dataclasses import dataclass, field
from functools import lru_cache

from common.guarded import NONE, Allowed, Lookup, Place, RefusedError, resolve

MOST_HEAD = 16_384  # bytes of the status line and the headers of an answer
MOST_BODY = 65_536  # bytes of an answer that are read
SECONDS = 10.0  # for one exchange, from the look-up of the name to the last byte
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")


class BadAnswerError(OSError):
    """Says that the answer of a receiver is not HTTP, or is too long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Holds the answer of a receiver. `body` may be cut: `whole` tells."""

    status: int
    headers: Mapping[str, str]  # by names in lower case; of a repeated header, the last one
    body: bytes
    whole: bool
    first_byte: float  # seconds from the end of the request to the first byte of the answer


@dataclass(slots=True)
class Phases:
    """Holds the seconds that the parts of opening a connection took."""

    lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(slots=True)
class Connection:
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
    _buffer: bytearray = field(default_factory=bytearray)

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
        head = _head(method, self.where, headers, len(body))
        kept = self.is_open
        try:
            return self._exchange(method, head + body)
        except (ConnectionError, ssl.SSLEOFError) as error:
            self.close()
            if not kept or isinstance(error, BadAnswerError):
                raise
            return self._exchange(method, head + body)

    def open(self, *, seconds: float = SECONDS) -> ssl.SSLSocket | socket.socket:
        """Opens the connection if it is closed, with the times in `phases`, and returns its socket."""
        self._deadline = self.clock() + seconds
        return self._opened()

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._buffer.clear()

    def _exchange(self, method: str, request: bytes) -> Answer:
        try:
            opened = self._opened()
            opened.settimeout(self._left())
            opened.sendall(request)
            sent = self.clock()
            answer, keep = self._read(method, sent)
        except BaseException:
            self.close()
            raise
        if not keep:
            self.close()
        return answer

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

    def _more(self) -> bool:
        """Reads the bytes that have arrived into the buffer; False at the end. Raises TimeoutError at the deadline."""
        assert self._socket is not None  # only an open connection is read
        self._socket.settimeout(self._left())
        part = self._socket.recv(65_536)
        self._buffer += part
        return bool(part)

    def _read(self, method: str, sent: float) -> tuple[Answer, bool]:
        """Returns the answer, and whether the connection can be kept."""
        first = None
        while True:  # bounded by the deadline and by MOST_HEAD
            end = self._buffer.find(b"\r\n\r\n")
            if first is None and self._buffer:
                first = self.clock() - sent
            if end < 0:
                self._head_goes_on()
                continue
            status, headers = _parsed(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
            if status >= 200:  # an answer 1xx comes before the one that counts
                break
        body, whole, ended = self._body(method, status, headers)
        keep = ended and not self._buffer and "close" not in headers.get("connection", "").lower()
        return Answer(status, headers, body, whole, first or 0.0), keep

    def _head_goes_on(self) -> None:
        if len(self._buffer) > MOST_HEAD:
            raise BadAnswerError("the headers of the answer are too long")
        if not self._more():
            raise ConnectionResetError("the receiver closed the connection before it answered")

    def _body(self, method: str, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool, bool]:
        """Returns the body, whether it is whole, and whether the connection stands at its end.

        The status has arrived, so a body that ends early or drips past the deadline is cut, and is no failure.
        """
        if method == "HEAD" or status in (204, 304):
            return b"", True, True
        body = bytearray()
        try:
            ended = self._fill(body, headers)
        except (OSError, ValueError):
            return bytes(body[: self.most]), False, False
        return bytes(body[: self.most]), len(body) <= self.most, ended

    def _fill(self, body: bytearray, headers: Mapping[str, str]) -> bool:
        """Reads the body, at most a little more than `most` bytes of it; returns whether its end was seen."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks(body)
        length = headers.get("content-length")
        if length is None:
            while len(body) <= self.most:
                if not (self._buffer or self._more()):
                    return False  # the whole body, but the connection is at its end, too
                self._take(body, len(self._buffer))
            return False
        wanted = min(_number(length, 10), self.most + 1)
        while len(body) < wanted:
            self._needed()
            self._take(body, wanted - len(body))
        return wanted <= self.most

    def _chunks(self, body: bytearray) -> bool:
        """Reads a body in chunks (RFC 9112 §7.1)."""
        while len(body) <= self.most:
            left = _number(self._line().partition(b";")[0].decode("latin-1"), 16)
            if not left:
                while self._line():  # trailers
                    pass
                return True
            wanted = len(body) + min(left, self.most + 1)
            while len(body) < wanted:
                self._needed()
                self._take(body, wanted - len(body))
            if left <= self.most and self._line():
                raise BadAnswerError("a chunk of the answer is longer than it says")
        return False

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MOST_HEAD or not self._more():
                raise BadAnswerError("the answer ends within a chunk")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _needed(self) -> None:
        if not (self._buffer or self._more()):
            raise BadAnswerError("the receiver closed the connection within its answer")

    def _take(self, body: bytearray, most: int) -> None:
        body += self._buffer[:most]
        del self._buffer[:most]


def _number(text: str, base: int) -> int:
    text = text.strip()
    if not re.fullmatch(r"[0-9A-Fa-f]{1,15}", text):
        raise BadAnswerError("the length of the answer is not a number")
    return int(text, base)


def _head(method: str, where: Place, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"{method} {where.target} HTTP/1.1", f"Host: {where.authority}"]
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
            raise RefusedError(f"The header {name!r} has a sign that a header cannot have.")
        lines.append(f"{name}: {value}")
    if length or method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, _, rest = head.partition(b"\r\n")
    match = _STATUS.fullmatch(first)
    if not match:
        raise BadAnswerError("the answer is not HTTP/1.1")
    headers = {}
    for line in rest.decode("latin-1").split("\r\n") if rest else ():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return int(match[1]), headers
