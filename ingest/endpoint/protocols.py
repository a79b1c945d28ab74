"""Finds the protocol and the operation of a request: JSON 1.1, CBOR 1.1 or Smithy's RPC v2 in CBOR."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ingest.endpoint import wire_cbor, wire_json
from ingest.endpoint.errors import ApiError

PREFIX = "Kinesis_20131202."
_RPC_PATH = re.compile(r"/service/Kinesis_20131202/operation/([A-Za-z]{1,64})")


class Codec(NamedTuple):
    """Reads and writes the bodies of one protocol."""

    content_type: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    error: Callable[[ApiError], bytes]
    headers: tuple[tuple[str, str], ...] = ()
    empty: bytes = b""  # the answer of an operation that says nothing


JSON = Codec(wire_json.CONTENT_TYPE, wire_json.decode, wire_json.encode, wire_json.error)
CBOR = Codec(wire_cbor.CONTENT_TYPE, wire_cbor.decode, wire_cbor.encode, wire_cbor.error)
RPC = Codec(
    wire_cbor.CONTENT_TYPE_RPC,
    wire_cbor.decode_rpc,
    wire_cbor.encode_rpc,
    wire_cbor.error,
    (("smithy-protocol", "rpc-v2-cbor"),),
    b"\xa0",
)
_BY_TYPE = {
    wire_json.CONTENT_TYPE: JSON,
    "application/json": JSON,
    wire_cbor.CONTENT_TYPE: CBOR,
    wire_cbor.CONTENT_TYPE_RPC: CBOR,
}


def codec_of(headers: Mapping[str, str]) -> Codec:
    """Returns the codec for the answer; JSON if the request names none that is known."""
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return RPC
    return _BY_TYPE.get(headers.get("content-type", "").partition(";")[0].strip().lower(), JSON)


def operation_of(path: str, headers: Mapping[str, str]) -> str:
    """Returns the operation that a request names; "" if it names none of this service."""
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        match = _RPC_PATH.fullmatch(path)
        return match[1] if match else ""
    target = headers.get("x-amz-target", "")
    return target.removeprefix(PREFIX) if target.startswith(PREFIX) else ""
