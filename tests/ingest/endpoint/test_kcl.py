"""kcl-rs, KCL in Rust: it reads our endpoint, with its leases in an emulator of DynamoDB."""

import os
import subprocess
import sys
from threading import Timer
from typing import Any

import pytest

from tests import emulators
from tests.clients import PYTHON
from tests.clients.by_service import by_service
from tests.deployment import ROOT
from tests.faketime import LIBRARY
from tests.ingest.endpoint.conftest import MakeStream
from tests.ingest.endpoint.serving import KEY_ID, SECRET

SECONDS = 180  # its own defaults let more than a minute pass before the first record
HASTE = 10  # so many seconds of the consumer pass in one of ours; it is soon ahead, but less than a signature may be


@pytest.mark.needs(PYTHON)
def test_kcl_rs_reads_the_records_of_a_stream(url: str, client: Any, make_stream: MakeStream) -> None:
    name = make_stream()
    client.put_records(StreamName=name, Records=[{"Data": b"%d" % number, "PartitionKey": "k"} for number in range(9)])
    start = {"StreamName": name, "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    records = client.get_records(ShardIterator=client.get_shard_iterator(**start)["ShardIterator"])["Records"]
    newest = round(records[-1]["ApproximateArrivalTimestamp"].timestamp() * 1000)
    with emulators.ministack() as dynamodb, by_service(url, dynamodb) as address:
        assert int(first_line(address, name)) in (newest - 1, newest)  # kcl-rs cuts a binary fraction of seconds


def first_line(url: str, stream: str) -> str:
    """Runs the consumer until it prints the newest arrival of its first records."""
    environment = {"PYTHONPATH": str(PYTHON), "AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    if LIBRARY is not None:
        environment |= {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"+0 x{HASTE}"}
    command = [sys.executable, "-m", "benchmarks.parts.kinesis_kcl", url, stream, f"kcl-{stream}"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        timer = Timer(SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdout
            return process.stdout.readline()
        finally:
            timer.cancel()
            process.kill()
