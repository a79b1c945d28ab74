"""Reads and writes the JSON 1.1 protocol of AWS: bytes as base64, times as seconds since 1970."""

from typing import Any

import msgspec

from ingest.endpoint.errors import ApiError, serialization
from ingest.endpoint.moment import Moment

CONTENT_TYPE = "application/x-amz-json-1.1"
# A value of two characters becomes an object of 64 bytes and more. So the signs between values are counted before a
# body is decoded; those in 500 partition keys of 256 characters count too.
MOST_VALUES = 200_000


def decode(body: bytes) -> Any:
    """Returns the value of a body. Raises ApiError."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise serialization("The body has too many values.")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise serialization() from None


def _plain(value: Any) -> Any:
    if isinstance(value, Moment):
        return value.milliseconds / 1000
    raise TypeError(type(value).__name__)


encode = msgspec.json.Encoder(enc_hook=_plain).encode


def error(found: ApiError) -> bytes:
    """Returns the body of an error; an error without a message has only its type, as the service's have."""
    return encode({"__type": found.kind, "message": found.message} if found.message else {"__type": found.kind})
