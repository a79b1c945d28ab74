"""Reads the usual PutRecords fast: msgspec decodes JSON and base64 in one pass, and checks most bounds on the way.

A request that it refuses is read again by the slow way, which words the faults as the service does.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ingest.endpoint.operations import putting
from ingest.endpoint.operations.base import Store, named
from ingest.endpoint.operations.putting import MOST_RECORDS, Put


class _Entry(msgspec.Struct, rename="pascal", gc=False):
    data: bytes
    partition_key: Annotated[str, Meta(min_length=1, max_length=256)]
    explicit_hash_key: Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,37})\Z")] | None = None


class _PutRecords(msgspec.Struct):
    Records: Annotated[list[_Entry], Meta(min_length=1, max_length=MOST_RECORDS)]
    StreamName: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_.-]+\Z")] | None = None
    DryRun: Literal[False] | None = None
    StreamARN: Annotated[str, Meta(max_length=2048, pattern=r"^arn:aws.*:kinesis:.*:[0-9]{12}:stream/\S+\Z")] | None = (
        None
    )


_decode = msgspec.json.Decoder(_PutRecords).decode


def put_records(body: bytes, store: Store) -> tuple[str, Put]:
    """Returns the stream and the records of a request. Raises msgspec.DecodeError if anything is unusual; ApiError."""
    found = _decode(body)
    entries = [(entry.partition_key, entry.data) for entry in found.Records]
    hashes = None
    if any(entry.explicit_hash_key for entry in found.Records):
        texts = [entry.explicit_hash_key for entry in found.Records]
        hashes = [None if text is None else int(text) for text in texts]
    stream = named({"StreamName": found.StreamName, "StreamARN": found.StreamARN}, store)
    return stream, putting.made(entries, hashes, many=True)
