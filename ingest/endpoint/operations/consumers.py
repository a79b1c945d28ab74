"""Registers the consumers of enhanced fan-out. SubscribeToShard itself is in ingest.endpoint.fan_out."""

import re

from ingest.endpoint.errors import ACCOUNT, beyond_limit, in_use, invalid, not_found
from ingest.endpoint.iterators import Token
from ingest.endpoint.moment import Moment
from ingest.endpoint.operations.base import (
    ANY,
    DRY,
    NAME,
    PAGE,
    READ,
    SEQUENCE_NUMBER,
    SHARD_ID,
    STREAM_ARN,
    TOKEN,
    Answer,
    Arguments,
    Call,
    Operation,
    Store,
    named,
)
from ingest.endpoint.operations.reading import TYPES
from ingest.endpoint.operations.tags import TAGS
from ingest.endpoint.validation import Choice, Fields, Text, Time
from streams.backends.embedded.administration import RefusedError
from streams.backends.embedded.stream_rows import Consumer

MOST_CONSUMERS = 20  # of a stream
CONSUMER_NAME = Text(NAME, 1, 128)
CONSUMER_ARN = Text(
    r"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+", 1, 2048
)
_PARTS = re.compile(r"(.*:stream/[a-zA-Z0-9_.-]+)/consumer/([a-zA-Z0-9_.-]+):([0-9]{1,18})")


def register(call: Call) -> Answer:
    name = call.arguments["ConsumerName"]
    if call.arguments.get("Tags"):
        raise invalid("Tags of consumers are not supported by Millrace, only those of streams.")
    try:
        consumer = call.opened.register(name, MOST_CONSUMERS)
    except RefusedError as error:
        if str(error) == "limit":
            raise beyond_limit(
                f"Stream {call.stream} under account {ACCOUNT} has {MOST_CONSUMERS} registered consumers, the most"
                " that it can have."
            ) from None
        raise in_use(f"Consumer {name} already exists in stream {call.stream} under account {ACCOUNT}.") from None
    return {"Consumer": _described(call, consumer)}


def _described(call: Call, consumer: Consumer) -> Answer:
    return {
        "ConsumerName": consumer.name,
        "ConsumerARN": f"{call.arn()}/consumer/{consumer.name}:{consumer.created // 1000}",
        "ConsumerStatus": "ACTIVE",
        "ConsumerCreationTimestamp": Moment(consumer.created),
    }


def deregister(call: Call) -> Answer:
    call.opened.deregister(found(call).name)
    return {}


def describe(call: Call) -> Answer:
    return {"ConsumerDescription": {**_described(call, found(call)), "StreamARN": call.arn()}}


def found(call: Call) -> Consumer:
    """Returns the consumer that a request names. Raises ApiError."""
    parts = _PARTS.fullmatch(call.arguments.get("ConsumerARN", ""))
    name = parts[2] if parts else call.arguments.get("ConsumerName")
    if not name:
        raise invalid("Either ConsumerARN, or StreamARN and ConsumerName, should be provided.")
    for consumer in call.opened.consumers():
        if consumer.name == name and (parts is None or int(parts[3]) == consumer.created // 1000):
            return consumer
    raise not_found(f"Consumer {name}, stream {call.stream} under account {ACCOUNT} not found.")


def list_consumers(call: Call) -> Answer:
    token = call.arguments.get("NextToken")
    iterators, now = call.store.iterators, call.store.now()
    after = iterators.open_token(token, "ListStreamConsumers", now).after if token else ""
    limit = call.arguments.get("MaxResults", 100)
    left = [consumer for consumer in call.opened.consumers() if consumer.name > after]
    answer: Answer = {"Consumers": [_described(call, consumer) for consumer in left[:limit]]}
    if len(left) > limit:
        answer["NextToken"] = iterators.seal_token(Token("ListStreamConsumers", call.stream, left[limit - 1].name, now))
    return answer


def stream_of(arguments: Arguments, store: Store) -> str:
    """Returns the stream of a consumer's ARN, or of the stream's. Raises ApiError."""
    arn, parts = arguments.get("StreamARN"), _PARTS.fullmatch(arguments.get("ConsumerARN", ""))
    if parts is None:
        return named({"StreamARN": arn}, store)
    found = named({"StreamARN": parts[1]}, store)
    if arn and named({"StreamARN": arn}, store) != found:
        raise invalid("StreamARN and ConsumerARN name different streams.")
    return found


_EITHER = {"StreamARN": STREAM_ARN, "ConsumerName": CONSUMER_NAME, "ConsumerARN": CONSUMER_ARN}
SUBSCRIBE = Fields(
    {
        "ConsumerARN": CONSUMER_ARN,
        "ShardId": SHARD_ID,
        "StartingPosition": Fields(
            {"Type": Choice(TYPES), "SequenceNumber": SEQUENCE_NUMBER, "Timestamp": Time()}, ("Type",)
        ),
        **DRY,
    },
    ("ConsumerARN", "ShardId", "StartingPosition"),
)

OPERATIONS = {
    "RegisterStreamConsumer": Operation(
        Fields({"StreamARN": STREAM_ARN, "ConsumerName": CONSUMER_NAME, "Tags": TAGS}, ("StreamARN", "ConsumerName")),
        (READ,),
        register,
    ),
    "DeregisterStreamConsumer": Operation(Fields(_EITHER), (READ,), deregister, stream_of),
    "DescribeStreamConsumer": Operation(Fields(_EITHER), ANY, describe, stream_of),
    "ListStreamConsumers": Operation(
        Fields(
            {
                "StreamARN": STREAM_ARN,
                "NextToken": TOKEN,
                "MaxResults": PAGE,
                "StreamCreationTimestamp": Time(),
            },
            ("StreamARN",),
        ),
        ANY,
        list_consumers,
    ),
}
