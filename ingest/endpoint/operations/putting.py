"""PutRecord and PutRecords: makes a Writing of a request, and the answer of a Written."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ingest.endpoint.errors import ACCOUNT, ApiError, invalid, rate_exceeded, validation
from ingest.endpoint.operations.base import BY_STREAM, DRY, HASH_KEY, SEQUENCE_NUMBER, Answer, Arguments
from ingest.endpoint.validation import Blob, Fields, Items, Kind, Text
from streams.backends.embedded.appending import Writing, Written
from streams.backends.limits import LARGEST_RECORD
from streams.core.hashing import HASH_SPACE
from streams.core.records import Entry

MOST_RECORDS = 500
MOST_BYTES = 10 << 20  # of one PutRecords, keys included
ENTRY: dict[str, Kind] = {"Data": Blob(LARGEST_RECORD), "PartitionKey": Text("", 1, 256), "ExplicitHashKey": HASH_KEY}
PUT_RECORDS = Fields(
    {"Records": Items(Fields(ENTRY, ("Data", "PartitionKey")), 1, MOST_RECORDS), **BY_STREAM, **DRY}, ("Records",)
)
PUT_RECORD = Fields(
    {**ENTRY, **BY_STREAM, "SequenceNumberForOrdering": SEQUENCE_NUMBER, **DRY}, ("Data", "PartitionKey")
)


class Put(NamedTuple):
    """Holds the records of a request, and whether it is a PutRecords."""

    writing: Writing
    size: int  # bytes, keys included
    many: bool
    dry: bool = False  # it is only checked


def of_one(arguments: Arguments) -> Put:
    """Returns the put of a PutRecord. Raises ApiError."""
    return _put([arguments], many=False)._replace(dry=arguments.get("DryRun", False))


def of_many(arguments: Arguments) -> Put:
    """Returns the put of a PutRecords. Raises ApiError."""
    return _put(arguments["Records"], many=True)._replace(dry=arguments.get("DryRun", False))


def _put(records: Sequence[Any], *, many: bool) -> Put:
    entries = [(record["PartitionKey"], record["Data"]) for record in records]
    hashes = [_hash(record["ExplicitHashKey"]) if "ExplicitHashKey" in record else None for record in records]
    return made(entries, hashes if any(given is not None for given in hashes) else None, many=many)


def made(entries: list[Entry], hashes: Sequence[int | None] | None, *, many: bool) -> Put:
    """Returns the put of these entries. Raises ApiError if they are too large together."""
    size = sum(len(key.encode()) + len(data) for key, data in entries)
    if many and size > MOST_BYTES:
        raise invalid("Records size exceeds 10 MB limit")
    return Put(Writing(entries, hashes), size, many)


def _hash(text: str) -> int:
    """Returns an explicit hash key. Raises ApiError."""
    found = int(text)
    if found >= HASH_SPACE:
        raise invalid(
            f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {text}"
        )
    return found


def answer(put: Put, written: Written, stream: str) -> Answer:
    """Returns the answer for clients. Raises ApiError if a PutRecord was refused."""
    if put.many:
        records = [
            _refused(written.errors[place], stream)
            if place in written.errors
            else {"SequenceNumber": str(sequence), "ShardId": shard}
            for place, (shard, sequence) in enumerate(zip(written.shards, written.sequences, strict=True))
        ]
        return {"FailedRecordCount": len(written.errors), "Records": records, "EncryptionType": "NONE"}
    if written.errors:
        raise rate_exceeded(stream)
    return {"ShardId": written.shards[0], "SequenceNumber": str(written.sequences[0]), "EncryptionType": "NONE"}


def answer_as_json(written: Written) -> bytes:
    """Returns the JSON answer to a PutRecords without failed records: the hot path."""
    records = ",".join(
        [
            f'{{"SequenceNumber":"{sequence}","ShardId":"{shard}"}}'
            for sequence, shard in zip(written.sequences, written.shards, strict=True)
        ]
    )
    return f'{{"FailedRecordCount":0,"Records":[{records}],"EncryptionType":"NONE"}}'.encode()


def _refused(code: str, stream: str) -> Answer:
    return {"ErrorCode": code, "ErrorMessage": rate_exceeded(stream).message}


def too_large(put: Put, most: int) -> ApiError:
    """Returns the error for a put with a record of more than `most` bytes."""
    for place, (key, data) in enumerate(put.writing.entries, start=1):
        if len(key.encode()) + len(data) > most:
            path = f"records.{place}.member.data" if put.many else "data"
            return validation(
                f"1 validation error detected: Value at '{path}' failed to satisfy constraint:"
                f" Member must have length less than or equal to {most}"
            )
    return validation(f"A record is invalid for this stream under account {ACCOUNT}.")
