"""Reads answers of HTTP/1.1 out of the bytes that arrive, within bounds. It touches no socket and no clock."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

MOST_HEAD = 16_384  # bytes of the status line and the headers of an answer
SLACK = 16  # times the bytes that are wanted: of all that is read, with answers 1xx, marks of chunks, and trailers
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?")

# A step yields where it needs more bytes, and gets True once bytes came, False at the end of the connection.
Wait = Generator[None, bool, None]
Line = Generator[None, bool, bytes]
Seen = Generator[None, bool, bool]


class BadAnswerError(OSError):
    """Says that the answer of a receiver is not HTTP, or is too long."""


class Answer(Struct, frozen=True):
    """Holds the answer of a receiver. `body` may be cut: `whole` tells."""

    status: int
    headers: Mapping[str, str]  # by names in lower case; of a repeated header, the last one
    body: bytes
    whole: bool
    first_byte: float  # seconds from the end of the request to the first byte of the answer


class Reader:
    """Reads the answer to one request: `answer` is None until it is there, `keep` tells whether the connection stands.

    `most` bounds the bytes of the body that are read. Every method raises BadAnswerError and ConnectionResetError.
    """

    def __init__(self, method: str, most: int) -> None:
        self._method = method
        self._most = most
        self._buffer = bytearray()
        self._first: float | None = None
        self._left = SLACK * (MOST_HEAD + most)
        self.answer: Answer | None = None
        self.keep = False
        self._steps = self._read()
        next(self._steps)

    def feed(self, data: bytes, seconds: float) -> None:
        """Reads bytes that arrived `seconds` after the request was sent; b"" is the end of the connection."""
        self._buffer += data
        if data and self._first is None:
            self._first = seconds
        self._left -= len(data)
        if self._left < 0:
            self.fail(BadAnswerError("the answer is too long"))
            return
        try:
            self._steps.send(bool(data))
        except StopIteration:
            return

    def fail(self, error: OSError) -> None:
        """Ends the answer where it is. Raises the error if the status has not arrived; a body is cut instead."""
        try:
            self._steps.throw(error)
        except StopIteration:
            return

    def _read(self) -> Wait:
        while True:  # bounded by MOST_HEAD, and by the time that the caller gives
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > MOST_HEAD:
                    raise BadAnswerError("the headers of the answer are too long")
                if not (yield):
                    raise ConnectionResetError("the receiver closed the connection before it answered")
                continue
            status, headers = _parsed(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
            if status >= 200:  # an answer 1xx comes before the one that counts
                break
        body = bytearray()
        whole = ended = True
        if self._method != "HEAD" and status not in (204, 304):
            try:
                ended = yield from self._fill(body, headers)
                whole = len(body) <= self._most
            except (OSError, ValueError):  # the status has arrived, so a body that ends early is no failure
                whole = ended = False
        self.keep = ended and not self._buffer and "close" not in headers.get("connection", "").lower()
        self.answer = Answer(status, headers, bytes(body[: self._most]), whole, self._first or 0.0)

    def _fill(self, body: bytearray, headers: Mapping[str, str]) -> Seen:
        """Reads the body, at most a little more than `most` bytes of it; returns whether its end was seen."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return (yield from self._chunks(body))
        length = headers.get("content-length")
        if length is None:
            while len(body) <= self._most:
                if not (self._buffer or (yield)):
                    return False  # the whole body, but the connection is at its end, too
                self._take(body, len(self._buffer))
            return False
        wanted = min(_number(length, 10), self._most + 1)
        yield from self._fill_to(body, wanted)
        return wanted <= self._most

    def _fill_to(self, body: bytearray, wanted: int) -> Wait:
        while len(body) < wanted:
            if not (self._buffer or (yield)):
                raise BadAnswerError("the receiver closed the connection within its answer")
            self._take(body, wanted - len(body))

    def _chunks(self, body: bytearray) -> Seen:
        """Reads a body in chunks (RFC 9112 §7.1)."""
        while len(body) <= self._most:
            left = _number((yield from self._line()).partition(b";")[0].decode("latin-1"), 16)
            if not left:
                while (yield from self._line()):  # trailers
                    pass
                return True
            yield from self._fill_to(body, len(body) + min(left, self._most + 1))
            if left <= self._most and (yield from self._line()):
                raise BadAnswerError("a chunk of the answer is longer than it says")
        return False

    def _line(self) -> Line:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > MOST_HEAD or not (yield):
                raise BadAnswerError("the answer ends within a chunk")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _take(self, body: bytearray, most: int) -> None:
        body += self._buffer[:most]
        del self._buffer[:most]


def _number(text: str, base: int) -> int:
    text = text.strip()
    if not re.fullmatch(r"[0-9A-Fa-f]{1,15}", text):
        raise BadAnswerError("the length of the answer is not a number")
    return int(text, base)


@lru_cache(maxsize=64)  # a receiver's answers are mostly the same
def _parsed(head: bytes) -> tuple[int, Mapping[str, str]]:
    first, _, rest = head.partition(b"\r\n")
    match = _STATUS.fullmatch(first)
    if not match:
        raise BadAnswerError("the answer is not HTTP/1.1")
    headers = {}
    for line in rest.decode("latin-1").split("\r\n") if rest else ():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return int(match[1]), MappingProxyType(headers)
