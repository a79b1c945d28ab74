"""Serves the Kinesis API over HTTP/1.1 and HTTP/2 with granian, whose RSGI interface calls `Endpoint`."""

import asyncio
import base64
from random import getrandbits
from typing import Any

from granian._granian import RSGIProtocolClosed, RSGIProtocolError

from ingest.endpoint import canonical, event_stream, faults
from ingest.endpoint.access_log import Entry
from ingest.endpoint.canonical import Signed
from ingest.endpoint.errors import ApiError
from ingest.endpoint.fan_out import FanOut
from ingest.endpoint.protocols import Codec, codec_of
from ingest.endpoint.service import Service, Subscribe

MOST_BODY = 16 << 20  # bytes: 10 MiB of records as base64, with room for keys
MOST_DRAINED = 64 << 20  # bytes of a body that is too large, read so that its client hears the answer
MOST_HEADERS = 16 << 10  # bytes
MOST_TARGET = 8 << 10  # characters of path and query
BODY_SECONDS = 60.0


class Endpoint:
    def __init__(self, service: Service, fan_out: FanOut) -> None:
        self._service = service
        self._fan_out = fan_out

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        if scope.proto != "http":
            proto.close(403)
            return
        entry = Entry()
        headers = _headers(scope)
        codec = codec_of(headers)
        try:
            signed = Signed(scope.method, scope.path, scope.query_string, headers, await _body(scope, headers, proto))
            entry.received = len(signed.body)
            if scope.method != "POST":
                raise ApiError(
                    "AccessDeniedException", "Unable to determine service/operation name to be authorized", 403
                )
            body, status = await self._service.answer(signed, entry), 200
            if isinstance(body, Subscribe):
                await self._push(body, codec, proto, entry)
                return
        except ApiError as error:
            body, status, entry.outcome = codec.error(error), error.status, error.kind
        except Exception as error:  # noqa: BLE001 - each request is answered
            found = faults.translated(error)
            body, status, entry.outcome = codec.error(found), found.status, found.kind
        entry.status, entry.sent = status, len(body)
        proto.response_bytes(status, answer_headers(codec), body)
        entry.write()

    async def _push(self, asked: Subscribe, codec: Codec, proto: Any, entry: Entry) -> None:
        """Answers with a stream of events. Raises ApiError before it begins."""
        subscription = await self._fan_out.begin(asked.call)
        transport = proto.response_stream(200, answer_headers(codec._replace(content_type=event_stream.CONTENT_TYPE)))
        entry.status = 200

        async def send(message: bytes) -> None:
            await transport.send_bytes(message)
            entry.sent += len(message)

        try:
            entry.outcome = await subscription.push(send, codec, asked.check)
        except (RSGIProtocolClosed, RSGIProtocolError):
            entry.outcome = "closed"  # by the client
        finally:
            entry.write()


def _headers(scope: Any) -> dict[str, str]:
    headers = canonical.joined(scope.headers.items())
    if "host" not in headers and scope.authority:
        headers["host"] = scope.authority  # of HTTP/2
    return headers


async def _body(scope: Any, headers: dict[str, str], proto: Any) -> bytes:
    """Returns the body. Raises ApiError if the request is too large or too slow."""
    size = sum(len(name) + len(value) for name, value in headers.items())
    if size > MOST_HEADERS or len(scope.path) + len(scope.query_string) > MOST_TARGET:
        raise ApiError("RequestHeaderSectionTooLarge", "The headers of the request are too large.", 431)
    if int(headers.get("content-length", 0)) > MOST_DRAINED:
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if 0 < int(headers.get("content-length", 0)) <= MOST_BODY:
                return bytes(await proto())  # the server takes no more than was said
            chunks, size = list[bytes](), 0
            async for chunk in proto:
                size += len(chunk)
                if size > MOST_DRAINED:
                    break
                if size > MOST_BODY:
                    chunks.clear()
                else:
                    chunks.append(chunk)
            if size > MOST_BODY:
                raise _too_large()
            return b"".join(chunks)
    except TimeoutError:
        raise ApiError("RequestTimeoutException", "The request took too long to arrive.", 408) from None


def _too_large() -> ApiError:
    return ApiError("RequestEntityTooLarge", f"A request has at most {MOST_BODY} bytes.", 413)


def answer_headers(codec: Codec) -> list[tuple[str, str]]:
    """Returns the headers of an answer. Its two ids name it in logs; they are not secret."""
    name = f"{getrandbits(512):0128x}"
    return [
        ("x-amzn-RequestId", f"{name[:8]}-{name[8:12]}-4{name[13:16]}-8{name[17:20]}-{name[20:32]}"),
        ("x-amz-id-2", base64.b64encode(bytes.fromhex(name[32:])).decode()),
        ("content-type", codec.content_type),
        *codec.headers,
    ]
