"""Adds, removes and lists the tags of a stream, by the older operations and by those of any resource."""

import re

from ingest.endpoint.errors import ACCOUNT, invalid
from ingest.endpoint.operations.base import (
    ANY,
    BY_STREAM,
    MANAGE,
    Answer,
    Arguments,
    Call,
    Operation,
    Store,
    named,
)
from ingest.endpoint.validation import Fields, Items, Pairs, Text, Whole
from streams.backends.embedded.administration import RefusedError

MOST_TAGS = 50
KEY = Text("", 1, 128)
TAGS = Pairs(KEY, Text("", 0, 256), 1, 200)
KEYS = Items(KEY, 1, 50)
_ALLOWED = re.compile(r"[\w\s.:/=+\-@]*")
RESOURCE_ARN = Text(r"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+", 1, 2048)


def check_tags(tags: dict[str, str]) -> None:
    """Raises ApiError for tags that the service would refuse."""
    if not all(_ALLOWED.fullmatch(text) for pair in tags.items() for text in pair):
        raise invalid(
            "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space,"
            " _ . / = + - % @."
        )
    if any(name.lower().startswith("aws:") for name in tags):
        raise invalid("Tag keys must not begin with aws:, which is reserved.")
    if len(tags) > MOST_TAGS:
        raise _too_many("")


def add(call: Call) -> Answer:
    check_tags(call.arguments["Tags"])
    try:
        call.opened.add_tags(call.arguments["Tags"], MOST_TAGS)
    except RefusedError:
        raise _too_many(call.stream) from None
    return {}


def _too_many(stream: str) -> Exception:
    return invalid(
        f"Failed to add tags to stream {stream} under account {ACCOUNT} because a given stream cannot have more than"
        f" {MOST_TAGS} tags associated with it."
    )


def remove(call: Call) -> Answer:
    call.opened.drop_tags(call.arguments["TagKeys"])
    return {}


def list_of_stream(call: Call) -> Answer:
    after = call.arguments.get("ExclusiveStartTagKey", "")
    limit = call.arguments.get("Limit", MOST_TAGS)
    left = [(key, value) for key, value in call.opened.tags().items() if key > after]
    return {
        "Tags": [{"Key": key, "Value": value} for key, value in left[:limit]],
        "HasMoreTags": len(left) > limit,
    }


def list_of_resource(call: Call) -> Answer:
    return {"Tags": [{"Key": key, "Value": value} for key, value in call.opened.tags().items()]}


def _of_resource(arguments: Arguments, store: Store) -> str:
    if "/consumer/" in arguments["ResourceARN"]:
        raise invalid("Tags of consumers are not supported by Millrace, only those of streams.")
    return named({"StreamARN": arguments["ResourceARN"]}, store)


_RESOURCE = {"ResourceARN": RESOURCE_ARN}

OPERATIONS = {
    "AddTagsToStream": Operation(Fields({**BY_STREAM, "Tags": TAGS}, ("Tags",)), (MANAGE,), add),
    "RemoveTagsFromStream": Operation(Fields({**BY_STREAM, "TagKeys": KEYS}, ("TagKeys",)), (MANAGE,), remove),
    "ListTagsForStream": Operation(
        Fields({**BY_STREAM, "ExclusiveStartTagKey": KEY, "Limit": Whole(1, 50)}), ANY, list_of_stream
    ),
    "TagResource": Operation(
        Fields({**_RESOURCE, "Tags": TAGS}, ("ResourceARN", "Tags")), (MANAGE,), add, _of_resource
    ),
    "UntagResource": Operation(
        Fields({**_RESOURCE, "TagKeys": KEYS}, ("ResourceARN", "TagKeys")), (MANAGE,), remove, _of_resource
    ),
    "ListTagsForResource": Operation(Fields(_RESOURCE, ("ResourceARN",)), ANY, list_of_resource, _of_resource),
}
