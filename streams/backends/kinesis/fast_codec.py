"""Encodes the bodies of PutRecords and decodes those of GetRecords with msgspec in place of botocore.

Botocore walks every record by the service's model: 17 µs for each record of a read. These two calls carry the
volume, and their shape is known, so botocore only does the rest: signing, sending, errors. It offers events for this
(botocore, "Extensibility guide"). If botocore would not speak JSON, or an answer has another shape, it does all.
"""

from typing import Any, NotRequired, TypedDict

import msgspec

RECORDS = "millrace.records"  # key in a request's context: the records of its body
PLACEHOLDER = [{"PartitionKey": "-", "Data": b""}]
OK = 200


class _Record(TypedDict):
    SequenceNumber: str
    ApproximateArrivalTimestamp: float  # seconds
    PartitionKey: str
    Data: bytes  # base64 on the wire, as msgspec has bytes in JSON


class _Answer(TypedDict):
    Records: list[_Record]
    NextShardIterator: NotRequired[str | None]
    MillisBehindLatest: NotRequired[int | None]


_decode = msgspec.json.Decoder(_Answer).decode
_encode = msgspec.json.Encoder().encode


def install_fast_codec(client: Any) -> None:
    """Speeds up a boto3 client of Kinesis. Its GetRecords then returns arrival stamps in seconds, not as a datetime."""
    events = client.meta.events
    events.register("provide-client-params.kinesis.PutRecords", _set_aside)
    events.register("before-call.kinesis.PutRecords", _write)
    events.register("before-parse.kinesis.GetRecords", _read)


def _set_aside(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any] | None:
    if model.service_model.resolved_protocol != "json" or not params.get("Records"):
        return None
    context[RECORDS] = params
    return params | {"Records": PLACEHOLDER}


def _write(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if RECORDS in context:
        params["body"] = _encode(context.pop(RECORDS))


def _read(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    if response_dict["status_code"] != OK:
        return
    try:
        answer = _decode(response_dict["body"])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    customized_response_dict.update(answer)
    response_dict["body"] = b"{}"
