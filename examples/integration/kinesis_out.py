"""Prints each record of a stream by the Kinesis API, with boto3, and goes on where it stopped.

    python examples/integration/kinesis_out.py sensors --places places.json

`make run` starts the endpoint (alone: `manage.py endpoint`). `manage.py access_key --user NAME` makes a key, and
prints the variables that boto3 reads, AWS_ENDPOINT_URL_KINESIS among them. Places are saved after the
records are printed, so a record is printed at least once. The order is kept within a shard, and a shard comes after
its parents.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ENDED = "ended"  # the place in a shard that was read to its end
PAUSE = 0.25  # seconds between two looks at a shard without new records: Amazon allows five looks a second
Places = dict[str, str]  # the last sequence number that was read, by shard


def read(client: Any, stream: str, places: Places, since: float = 0, *, once: bool = False) -> Iterator[Any]:
    """Yields records by the batch, [] when there is nothing new. `places` is where to begin, and is kept current.

    A shard without a place begins with its records since that time (Unix seconds). With `once` it ends at the newest.
    """
    iterators, shards = dict[str, str](), _open(client, stream, places)
    while True:
        behind = False
        for shard in shards:
            if shard not in iterators:
                iterators[shard] = _iterator(client, stream, shard, places.get(shard), since)
            try:
                answer = client.get_records(ShardIterator=iterators.pop(shard), Limit=10_000)
            except client.exceptions.ExpiredIteratorException:  # after five minutes; the place is known
                behind = True
                continue
            if answer["Records"]:
                places[shard] = answer["Records"][-1]["SequenceNumber"]
                yield answer["Records"]
            if "NextShardIterator" in answer:
                iterators[shard] = answer["NextShardIterator"]
            else:
                places[shard] = ENDED
            behind |= answer["MillisBehindLatest"] > 0
        if any(places.get(shard) == ENDED for shard in shards):  # its children can be read now
            shards, behind = _open(client, stream, places), True
        if not behind and once:
            return
        yield []
        time.sleep(0 if behind else PAUSE)


def _open(client: Any, stream: str, places: Places) -> list[str]:
    """Returns the shards to read now: those not read to their end, if their parents are."""
    pages = client.get_paginator("list_shards").paginate(StreamName=stream)
    shards = {each["ShardId"]: each for page in pages for each in page["Shards"]}
    parents = {name: {each.get("ParentShardId"), each.get("AdjacentParentShardId")} for name, each in shards.items()}
    waiting = {name for name in shards if places.get(name) != ENDED}
    return sorted(name for name in waiting if not parents[name] & waiting)


def _iterator(client: Any, stream: str, shard: str, place: str | None, since: float) -> str:
    how: dict[str, Any] = {"ShardIteratorType": "TRIM_HORIZON"}
    if place:
        how = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": place}
    elif since:
        how = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": since}
    return str(client.get_shard_iterator(StreamName=stream, ShardId=shard, **how)["ShardIterator"])


def connect() -> Any:
    """Returns a client that tries a call for about two minutes: an endpoint that restarts ends nothing."""
    return boto3.client("kinesis", config=Config(retries={"mode": "standard", "total_max_attempts": 12}))


def load(path: Path) -> Places:
    """Returns the places in a file, none if there is no such file."""
    return dict(json.loads(path.read_text())) if path.exists() else {}


def save(path: Path, places: Places) -> None:
    """Writes the places so that the file is whole at any moment."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(places))
    new.replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prints each record of a stream by the Kinesis API.")
    parser.add_argument("stream")
    parser.add_argument("--places", type=Path, required=True, help="a file that keeps how far it has read")
    parser.add_argument("--once", action="store_true", help="stop at the newest record")
    options = parser.parse_args()
    kept = load(options.places)
    for records in read(connect(), options.stream, kept, once=options.once):
        for record in records:
            print(record["Data"].decode(errors="replace"))
        if records:
            sys.stdout.flush()
            save(options.places, kept)
