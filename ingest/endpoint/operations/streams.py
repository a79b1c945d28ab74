"""Creates, deletes, describes and lists streams, and sets their retention and their largest record."""

from collections.abc import Callable

from ingest.endpoint.errors import ACCOUNT, beyond_limit, in_use, invalid, validation
from ingest.endpoint.moment import Moment
from ingest.endpoint.operations.base import (
    ANY,
    BY_STREAM,
    MANAGE,
    PAGE,
    SHARD_ID,
    STREAM_ARN,
    STREAM_NAME,
    TOKEN,
    Answer,
    Call,
    Operation,
    no_name,
    shard_answer,
)
from ingest.endpoint.operations.tags import TAGS, check_tags
from ingest.endpoint.validation import Choice, Fields, Flag, Whole
from streams.backends.embedded.administration import RefusedError
from streams.backends.embedded.stream_rows import Properties
from streams.core import clock
from streams.core.records import StreamExistsError

MOST_SHARDS = 500  # open ones of all streams: the service's quota in its small regions
HOUR = 60 * clock.MINUTE
LEAST_HOURS, MOST_HOURS = 24, 8760
KIB = 1024
PROVISIONED = {"StreamMode": "PROVISIONED"}
MODES = Choice(("PROVISIONED", "ON_DEMAND"))
RECORD_KIB = Whole(1024, 10240)


def create_stream(call: Call) -> Answer:
    arguments = call.arguments
    shards = arguments.get("ShardCount")
    if arguments.get("StreamModeDetails", PROVISIONED).get("StreamMode") == "ON_DEMAND":
        raise validation("Streams with the stream mode ON_DEMAND are not supported. Use PROVISIONED and a ShardCount.")
    if shards is None:
        raise validation("ShardCount is required for streams in PROVISIONED stream mode.")
    check_shards(call, shards)
    tags = arguments.get("Tags", {})
    check_tags(tags)
    size = arguments.get("MaxRecordSizeInKiB")
    try:
        call.opened.make(shards, size and size * KIB, tags)
    except StreamExistsError:
        raise in_use(f"Stream {call.stream} under account {ACCOUNT} already exists.") from None
    return {}


def check_shards(call: Call, more: int) -> None:
    """Raises ApiError if the store would have too many open shards."""
    now_open = _open_shards(call)
    if now_open + more > MOST_SHARDS:
        raise beyond_limit(
            f"This request would exceed the shard limit for the account {ACCOUNT} in {call.region}. Current shard count"
            f" for the account: {now_open}. Limit: {MOST_SHARDS}. Number of additional shards that would have"
            f" resulted from this request: {more}."
        )


def _open_shards(call: Call) -> int:
    return call.store.open(call.stream).open_shards_of_all()


def delete_stream(call: Call) -> Answer:
    if call.arguments.get("EnforceConsumerDeletion"):
        call.opened.delete()
        return {}
    try:
        call.opened.delete_unless_read()
    except RefusedError:
        raise in_use(
            f"Stream {call.stream} under account {ACCOUNT} has registered consumers. Deregister them, or set"
            " EnforceConsumerDeletion."
        ) from None
    return {}


def _common(call: Call, properties: Properties) -> Answer:
    return {
        "StreamName": call.stream,
        "StreamARN": call.arn(),
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": PROVISIONED,
        "RetentionPeriodHours": properties.retention // HOUR,
        "StreamCreationTimestamp": Moment(properties.created),
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
    }


def describe_stream(call: Call) -> Answer:
    stream = call.opened
    properties, shards = stream.properties(), stream.shards()
    first = call.arguments.get("ExclusiveStartShardId", "")
    limit = call.arguments.get("Limit", 100)
    left = [shard for shard in shards if shard.id > first]
    return {
        "StreamDescription": {
            **_common(call, properties),
            "Shards": [shard_answer(shard) for shard in left[:limit]],
            "HasMoreShards": len(left) > limit,
        }
    }


def describe_stream_summary(call: Call) -> Answer:
    properties = call.opened.properties()
    return {
        "StreamDescriptionSummary": {
            **_common(call, properties),
            "OpenShardCount": properties.open_shards,
            "ConsumerCount": properties.consumers,
            "MaxRecordSizeInKiB": properties.max_record // KIB,
        }
    }


def describe_limits(call: Call) -> Answer:
    return {
        "ShardLimit": MOST_SHARDS,
        "OpenShardCount": _open_shards(call),
        "OnDemandStreamCount": 0,
        "OnDemandStreamCountLimit": 0,
    }


def list_streams(call: Call) -> Answer:
    """Lists the streams that the key may see. The token is the last name: it opens nothing that a name does not."""
    arguments = call.arguments
    after = arguments.get("NextToken") or arguments.get("ExclusiveStartStreamName", "")
    limit = arguments.get("Limit", 100)
    left = [name for name in call.store.names() if name > after and call.sees(name)]
    page, more = left[:limit], len(left) > limit
    answer: Answer = {"StreamNames": page, "HasMoreStreams": more}
    answer["StreamSummaries"] = [
        {
            "StreamName": name,
            "StreamARN": call.arn(name),
            "StreamStatus": "ACTIVE",
            "StreamModeDetails": PROVISIONED,
        }
        for name in page
    ]
    return {**answer, "NextToken": page[-1]} if more else answer


def increase_retention(call: Call) -> Answer:
    return _retain(call, "shorter", "DecreaseRetentionPeriod", lambda wanted, now: wanted >= now)


def decrease_retention(call: Call) -> Answer:
    return _retain(call, "longer", "IncreaseRetentionPeriod", lambda wanted, now: wanted <= now)


def _retain(call: Call, word: str, other: str, fits: Callable[[int, int], bool]) -> Answer:
    wanted = call.arguments["RetentionPeriodHours"]
    if wanted < LEAST_HOURS:
        raise invalid(
            f"Minimum allowed retention period is {LEAST_HOURS} hours. Requested retention period ({wanted} hours)"
            " is too short."
        )
    if wanted > MOST_HOURS:
        raise invalid(
            f"Maximum allowed retention period is {MOST_HOURS} hours. Requested retention period ({wanted} hours)"
            " is too long."
        )
    now = call.opened.properties().retention // HOUR
    if not fits(wanted, now):
        raise invalid(
            f"Requested retention period ({wanted} hours) for stream {call.stream} can not be {word} than existing"
            f" retention period ({now} hours). Use {other} API."
        )
    call.opened.set_retention(wanted)
    return {}


def update_max_record_size(call: Call) -> Answer:
    call.opened.set_max_record(call.arguments["MaxRecordSizeInKiB"] * KIB)
    return {}


_RETENTION = Fields({**BY_STREAM, "RetentionPeriodHours": Whole()}, ("RetentionPeriodHours",))
_STREAM = Fields(BY_STREAM)

OPERATIONS = {
    "CreateStream": Operation(
        Fields(
            {
                "StreamName": STREAM_NAME,
                "ShardCount": Whole(1),
                "StreamModeDetails": Fields({"StreamMode": MODES}, ("StreamMode",)),
                "Tags": TAGS,
                "MaxRecordSizeInKiB": RECORD_KIB,
            },
            ("StreamName",),
        ),
        (MANAGE,),
        create_stream,
    ),
    "DeleteStream": Operation(Fields({**BY_STREAM, "EnforceConsumerDeletion": Flag()}), (MANAGE,), delete_stream),
    "DescribeStream": Operation(
        Fields({**BY_STREAM, "Limit": PAGE, "ExclusiveStartShardId": SHARD_ID}), ANY, describe_stream
    ),
    "DescribeStreamSummary": Operation(_STREAM, ANY, describe_stream_summary),
    "DescribeLimits": Operation(Fields({}), ANY, describe_limits, no_name),
    "ListStreams": Operation(
        Fields({"Limit": PAGE, "ExclusiveStartStreamName": STREAM_NAME, "NextToken": TOKEN}),
        ANY,
        list_streams,
        no_name,
    ),
    "IncreaseStreamRetentionPeriod": Operation(_RETENTION, (MANAGE,), increase_retention),
    "DecreaseStreamRetentionPeriod": Operation(_RETENTION, (MANAGE,), decrease_retention),
    "UpdateMaxRecordSize": Operation(
        Fields(
            {"StreamARN": STREAM_ARN, "StreamName": STREAM_NAME, "MaxRecordSizeInKiB": RECORD_KIB},
            ("MaxRecordSizeInKiB",),
        ),
        (MANAGE,),
        update_max_record_size,
    ),
}
