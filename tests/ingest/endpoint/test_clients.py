"""Clients that others wrote, with their own defaults: the AWS CLI, the JavaScript SDK, async-kinesis, aiokpl."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients import FOLDER, JAVASCRIPT, PYTHON
from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.serving import KEY_ID, SECRET

NODE = shutil.which("node") or str(Path(sys.executable).with_name("node"))
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": str(PYTHON),
}
with_python, with_javascript = pytest.mark.needs(PYTHON), pytest.mark.needs(JAVASCRIPT)


def run(*command: str) -> Any:
    """Runs a client, and returns its output, read as JSON."""
    done = subprocess.run(command, env=os.environ | ENVIRONMENT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout) if done.stdout.strip() else None


def cli(url: str, *words: str) -> Any:
    return run(sys.executable, "-m", "awscli", "--endpoint-url", url, "--output", "json", "kinesis", *words)


@with_python
def test_aws_cli_puts_and_reads(url: str, client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    put = cli(url, "put-record", "--stream-name", name, "--partition-key", "k", "--data", "hello")
    start = {"StreamName": name, "ShardId": put["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client.get_shard_iterator(**start)["ShardIterator"]
    [record] = cli(url, "get-records", "--shard-iterator", iterator)["Records"]
    assert (record["Data"], record["SequenceNumber"]) == ("aGVsbG8=", put["SequenceNumber"])


@with_javascript
@pytest.mark.parametrize("protocol", ["json", "cbor"])
def test_javascript_sdk_puts_reads_and_subscribes(url: str, protocol: str) -> None:
    assert run(NODE, str(FOLDER / "kinesis.mjs"), url, f"javascript-{protocol}", protocol) == {
        "failed": 0,
        "read": ["a", "é"],
        "arrived": True,
        "pushed": ["a", "é"],
        "refused": ["ResourceNotFoundException", "Stream nowhere under account 000000000000 not found."],
    }


@with_python
def test_async_kinesis_creates_puts_and_reads(url: str) -> None:
    assert run(sys.executable, str(FOLDER / "async_client.py"), url, "async-kinesis") == [0, 1, 2]


@with_python
def test_aggregates_of_a_producer_library_become_the_records_that_they_hold(
    url: str, client: Any, make_stream: MakeStream
) -> None:
    name = make_stream()
    assert run(sys.executable, str(FOLDER / "kpl_client.py"), url, name, "50") == 50
    start = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    records = client.get_records(ShardIterator=client.get_shard_iterator(**start)["ShardIterator"])["Records"]
    assert sorted(record["PartitionKey"] for record in records) == sorted(f"key-{number}" for number in range(50))
