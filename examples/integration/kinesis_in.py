"""Puts lines of JSON from standard input into a stream by the Kinesis API, with boto3.

    python examples/integration/kinesis_in.py sensors --key sensor < records.ndjson

`make run` starts the endpoint (alone: `manage.py endpoint`). `manage.py access_key --user NAME` makes a key, and
prints the variables that boto3 reads, AWS_ENDPOINT_URL_KINESIS among them. The API has no idempotency
key: a call without an answer is sent again, so a record is stored at least once.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable
from typing import Any

import boto3
from botocore.config import Config

MOST_RECORDS = 500  # of a call, as Amazon Kinesis allows
MOST_BYTES = 4 << 20  # of a call; 5 MiB are allowed
TRIES = 10


def put(client: Any, stream: str, entries: list[dict[str, Any]]) -> None:
    """Puts the entries. A call may take some and refuse others, and only those that it refused are sent again."""
    for attempt in range(TRIES):
        told = client.put_records(StreamName=stream, Records=entries)["Records"]
        entries = [entry for entry, each in zip(entries, told, strict=True) if "ErrorCode" in each]
        if not entries:
            return
        time.sleep(random.uniform(0.5, 1) * min(10, 0.1 * 2**attempt))
    raise SystemExit(f"{len(entries)} records were refused {TRIES} times: the stream takes no more.")


def put_lines(client: Any, stream: str, field: str, lines: Iterable[bytes]) -> int:
    """Puts each line that is a JSON object with this field, its partition key. Returns the number of other lines."""
    entries, size, bad = list[dict[str, Any]](), 0, 0
    for number, line in enumerate(lines, 1):
        try:
            key = str(json.loads(line)[field])[:256]
        except (ValueError, TypeError, LookupError):
            print(f"Line {number} is no JSON object with the field {field!r}.", file=sys.stderr)
            bad += 1
            continue
        data = line.rstrip(b"\n")
        if entries and (len(entries) == MOST_RECORDS or size + len(data) > MOST_BYTES):
            put(client, stream, entries)
            entries, size = [], 0
        entries.append({"Data": data, "PartitionKey": key})
        size += len(data) + len(key.encode())
    if entries:
        put(client, stream, entries)
    return bad


def connect() -> Any:
    """Returns a client that tries a call for about two minutes: an endpoint that restarts ends nothing."""
    return boto3.client("kinesis", config=Config(retries={"mode": "standard", "total_max_attempts": 12}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Puts lines of JSON from standard input by the Kinesis API.")
    parser.add_argument("stream")
    parser.add_argument("--key", required=True, help="the field that is the partition key: its records stay in order")
    options = parser.parse_args()
    sys.exit(1 if put_lines(connect(), options.stream, options.key, sys.stdin.buffer) else 0)
