"""Serves the Kinesis API over HTTP/1.1 and HTTP/2 with granian; its RSGI interface calls `Endpoint`."""

import base64
from random import getrandbits
from typing import Any

from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from ingest.endpoint import canonical, event_stream, faults
from ingest.endpoint.access_log import Entry
from ingest.endpoint.bodies import Bodies, Body, drain
from ingest.endpoint.canonical import Signed
from ingest.endpoint.errors import ApiError, unavailable
from ingest.endpoint.fan_out import FanOut
from ingest.endpoint.protocols import Codec, codec_of
from ingest.endpoint.service import Service, Subscribe
from ingest.endpoint.telling import Told

LARGE = 1 << 16  # bytes of an answer; the server holds it in memory until its client has read it
MOST_HEADERS = 16 << 10  # bytes
MOST_TARGET = 8 << 10  # characters of path and query


class Endpoint:
    def __init__(self, service: Service, fan_out: FanOut, told: Told) -> None:
        self._told = told
        self._service = service
        self._fan_out = fan_out
        self._bodies = Bodies()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.proto != "http":
            proto.close(403)
            return
        entry, headers = Entry(), _headers(scope)
        codec = codec_of(headers)
        try:
            with self._bodies.one() as held:
                answer = await self._answer(scope, headers, proto, held, entry)
            if isinstance(answer, Subscribe):
                await self._push(answer, codec, proto, entry)
                return
            if len(answer) > LARGE:
                await self._send_large(answer, codec, proto, entry)
                return
            body, status = answer, 200
        except (RSGIProtocolClosed, RSGIProtocolError):
            entry.outcome = "closed"  # by the client
            self._end(entry)
            return
        except Exception as error:  # noqa: BLE001 - each request is answered
            # No name is kept for the translated error: it would hold this frame, and so the body, in a cycle.
            body, status, entry.outcome = _refusal(faults.translated(error), codec)
        entry.status, entry.sent = status, len(body)
        proto.response_bytes(status, answer_headers(codec), body)
        self._end(entry)

    async def _answer(
        self, scope: Any, headers: dict[str, str], proto: Any, held: Body, entry: Entry
    ) -> bytes | Subscribe:
        """Returns the answer to a request; its body is read only if its key is known. Raises ApiError."""
        try:
            _check_head(scope, headers)
            signed = Signed(scope.method, scope.path, scope.query_string, headers, b"")
            asked = await self._service.ask(signed, entry)
            body = await held.read(proto, _length(headers))
        except ApiError:
            await drain(proto)
            raise
        entry.received = len(body)
        return await self._service.answer(asked, signed._replace(body=body), entry)

    async def _send_large(self, body: bytes, codec: Codec, proto: Any, entry: Entry) -> None:
        """Sends an answer that is counted until its client has read it. Raises ApiError if too many are unread."""
        if self._fan_out.unread.full:
            raise unavailable()
        unread = self._fan_out.unread.answer(proto)
        unread.add(len(body))  # before the client can see the head of the answer
        transport = proto.response_stream(200, [*answer_headers(codec), ("content-length", str(len(body)))])
        entry.status, entry.sent = 200, len(body)
        try:
            await transport.send_bytes(body)
        except (RSGIProtocolClosed, RSGIProtocolError):
            entry.outcome = "closed"  # by the client
        self._end(entry)

    async def _push(self, asked: Subscribe, codec: Codec, proto: Any, entry: Entry) -> None:
        """Answers with a stream of events. Raises ApiError before it begins."""
        subscription = await self._fan_out.begin(asked.call)
        unread = self._fan_out.unread.answer(proto)
        transport = proto.response_stream(200, answer_headers(codec._replace(content_type=event_stream.CONTENT_TYPE)))
        entry.status = 200

        async def send(message: bytes) -> None:
            await transport.send_bytes(message)
            entry.sent += len(message)
            unread.add(len(message))

        try:
            entry.outcome = await subscription.push(send, codec, asked.check)
        except (RSGIProtocolClosed, RSGIProtocolError):
            entry.outcome = "closed"  # by the client
        finally:
            self._end(entry)

    def _end(self, entry: Entry) -> None:
        entry.write()
        self._told.answered(entry.operation, entry.outcome)


def _refusal(error: ApiError, codec: Codec) -> tuple[bytes, int, str]:
    """Returns the body, the status and the type of an error."""
    return codec.error(error), error.status, error.kind


def _headers(scope: Any) -> dict[str, str]:
    """Returns the headers by name. HTTP/2 says the host in :authority, and clients sign it under either name."""
    headers = canonical.joined(scope.headers.items())
    if scope.authority:
        headers.setdefault("host", scope.authority)
    if "host" in headers:
        headers[":authority"] = scope.authority or headers["host"]
    return headers


def _check_head(scope: Any, headers: dict[str, str]) -> None:
    """Raises ApiError for a request that is no POST, or too large before its body."""
    size = sum(len(name) + len(value) for name, value in headers.items())
    if size > MOST_HEADERS or len(scope.path) + len(scope.query_string) > MOST_TARGET:
        raise ApiError("RequestHeaderSectionTooLarge", "The headers of the request are too large.", 431)
    if scope.method != "POST":
        raise ApiError("AccessDeniedException", "Unable to determine service/operation name to be authorized", 403)


def _length(headers: dict[str, str]) -> int | None:
    """Returns the length that a request says its body has; None if it says none."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def answer_headers(codec: Codec) -> list[tuple[str, str]]:
    """Returns the headers of an answer. Its two ids name it in logs; they are not secret."""
    name = f"{getrandbits(512):0128x}"
    return [
        ("x-amzn-RequestId", f"{name[:8]}-{name[8:12]}-4{name[13:16]}-8{name[17:20]}-{name[20:32]}"),
        ("x-amz-id-2", base64.b64encode(bytes.fromhex(name[32:])).decode()),
        ("content-type", codec.content_type),
        *codec.headers,
    ]
