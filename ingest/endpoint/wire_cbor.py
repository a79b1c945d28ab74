"""Reads and writes the two CBOR protocols of AWS: that of Java's SDK and KPL, and Smithy's RPC v2.

They differ in times (tag 1): milliseconds in the first, seconds in the second. Depth and tags are bounded.
"""

from typing import Any

import cbor2

from ingest.endpoint.errors import ApiError, serialization

CONTENT_TYPE = "application/x-amz-cbor-1.1"
CONTENT_TYPE_RPC = "application/cbor"
MOST_DEPTH = 16
# An item of one byte becomes an object of 64 and more. So the items of a large body are counted before it is decoded;
# a PutRecords of 500 records has about 4,000. Smaller bodies are spared the count: half a microsecond an item.
MOST_ITEMS = 20_000
NOT_COUNTED = 1 << 18  # bytes
TIME = 1  # the tag
# Tags that cbor2 would read: numbers of any size, references, patterns, addresses. No request has them.
OTHER_TAGS = (0, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 100, 256, 258, 260, 261, 1004, 43000, 55799)


class Stamp(float):
    """Holds a time that was sent, in milliseconds."""


def _refuse(*_: Any) -> Any:
    raise ValueError("no request has this tag")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a time is a number")
    return float(value)


_REFUSED = dict.fromkeys(OTHER_TAGS, _refuse)
_MILLISECONDS = {**_REFUSED, TIME: lambda value, _: Stamp(_number(value))}
_SECONDS = {**_REFUSED, TIME: lambda value, _: Stamp(_number(value) * 1000)}


def decode(body: bytes) -> Any:
    """Returns the value of a body with times in milliseconds. Raises ApiError."""
    return _decode(body, _MILLISECONDS)


def decode_rpc(body: bytes) -> Any:
    """Returns the value of a body with times in seconds. Raises ApiError."""
    return _decode(body, _SECONDS)


def _decode(body: bytes, decoders: dict[int, Any]) -> Any:
    if len(body) > NOT_COUNTED and _items(body, MOST_ITEMS) > MOST_ITEMS:
        raise serialization("The body has too many values.")
    try:
        return cbor2.loads(
            body, semantic_decoders=decoders, tag_hook=_refuse, max_depth=MOST_DEPTH, strict_hashable_types=True
        )
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise serialization() from None


def _items(body: bytes, most: int) -> int:
    """Returns the number of items in a body; it stops counting after `most`. A body that is no CBOR has any number."""
    place = count = 0
    while place < len(body) and count <= most:
        count += 1
        kind, value = body[place] >> 5, body[place] & 31
        place += 1
        if 24 <= value < 28:
            width = 1 << (value - 24)
            value = int.from_bytes(body[place : place + width])
            place += width
        elif value >= 28:  # of an indefinite length: its parts are items of their own
            value = 0
        if kind in (2, 3):  # bytes and text
            place += value
    return count


def _milliseconds(encoder: Any, value: Any) -> None:
    encoder.encode(cbor2.CBORTag(TIME, value.milliseconds))


def _seconds(encoder: Any, value: Any) -> None:
    encoder.encode(cbor2.CBORTag(TIME, value.milliseconds / 1000))


def encode(answer: Any) -> bytes:
    return cbor2.dumps(answer, default=_milliseconds)


def encode_rpc(answer: Any) -> bytes:
    return cbor2.dumps(answer, default=_seconds)


def error(found: ApiError) -> bytes:
    return cbor2.dumps({"__type": found.kind, **({"message": found.message} if found.message else {})})
