"""Frames the messages of application/vnd.amazon.eventstream, in which SubscribeToShard answers.

A message is: its length, the length of its headers, a CRC of both; the headers, the payload, a CRC of all.
Source: the Amazon Event Stream specification of Smithy.
"""

import struct
import zlib

from ingest.endpoint.errors import ApiError
from ingest.endpoint.protocols import Codec

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_TEXT = 7  # the type of a header whose value is text


def message(headers: dict[str, str], payload: bytes) -> bytes:
    packed = b"".join(map(_header, headers.items()))
    prelude = struct.pack("!II", 16 + len(packed) + len(payload), len(packed))
    framed = b"".join((prelude, struct.pack("!I", zlib.crc32(prelude)), packed, payload))
    return framed + struct.pack("!I", zlib.crc32(framed))


def event(kind: str, payload: bytes, codec: Codec) -> bytes:
    return message({":message-type": "event", ":event-type": kind, ":content-type": codec.content_type}, payload)


def exception(error: ApiError, codec: Codec) -> bytes:
    headers = {":message-type": "exception", ":exception-type": error.kind, ":content-type": codec.content_type}
    return message(headers, codec.error(error))


def _header(header: tuple[str, str]) -> bytes:
    name, value = (text.encode() for text in header)
    return struct.pack(f"!B{len(name)}sBH{len(value)}s", len(name), name, _TEXT, len(value), value)
