"""The bodies of PutRecords and GetRecords, written and read by msgspec in place of botocore.

Botocore walks every record by the service's model: 17 µs for each that is read. What these two calls carry is the
volume, and its shape is known, so botocore is left with the rest: signing, sending, errors. It offers events for this
(botocore, "Extensibility guide"). Where it would not speak JSON, or an answer has another shape, all is left to it.
"""

from typing import Any, NotRequired, TypedDict

import msgspec

RECORDS = "millrace.records"  # in a request's context: what its body will hold
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
    """For a boto3 client of Kinesis. Its GetRecords gives arrival stamps as they came: seconds, not a datetime."""
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
