"""The Kinesis API as it is deployed: on a unix socket behind nginx with TLS, and with real access keys."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.clients import FOLDER, JAVASCRIPT
from tests.deploy.stack import HOST, Stack, connects
from tests.ingest.endpoint.test_clients import NODE
from tests.waiting import wait_for

MAKE = """
import json
from accounts import access_keys
from accounts.access import OF_STREAMS
from accounts.models import User
from django.utils import timezone
user = User.objects.create_user("sender")
key, secret = access_keys.make(user, "agent", OF_STREAMS, 90, timezone.now())
print(json.dumps([key.access_key_id, secret]))
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, str, str]]:
    """The stack with nothing but nginx and the endpoint; and an access key."""
    stack = Stack(tmp_path_factory.mktemp("api"))
    key_id, secret = json.loads(stack.deployment.run("shell", "--verbosity", "0", "-c", MAKE))
    start(stack)
    stack.run("nginx", "nginx", "-c", stack.configuration, "-p", stack.folder)
    wait_for(lambda: stack.get("/")[0] != 0)
    yield stack, key_id, secret
    stack.stop()


def start(stack: Stack) -> None:
    path = stack.runtime / "endpoint.sock"
    stack.manage("endpoint", "endpoint", "--socket", str(path))
    wait_for(lambda: connects(path))


def client_of(stack: Stack, key_id: str, secret: str, retries: int = 0) -> Any:
    return boto3.client(
        "kinesis",
        region_name="us-east-1",
        endpoint_url=f"https://{HOST}:{stack.endpoint_port}",
        verify=str(stack.certificate),
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": retries}),
    )


@pytest.fixture(scope="module")
def client(api: tuple[Stack, str, str]) -> Any:
    client = client_of(*api)
    client.create_stream(StreamName="clicks", ShardCount=1)
    return client


def test_records_of_10_mib_pass_nginx(client: Any) -> None:
    records = [{"Data": b"x" * 1_000_000, "PartitionKey": "k"}] * 10
    assert client.put_records(StreamName="clicks", Records=records)["FailedRecordCount"] == 0


@pytest.mark.needs(JAVASCRIPT)
def test_http2_with_tls_is_verified_behind_nginx(api: tuple[Stack, str, str]) -> None:
    stack, key_id, secret = api
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "NODE_EXTRA_CA_CERTS": str(stack.certificate),
    }
    command = [NODE, str(FOLDER / "kinesis.mjs"), f"https://{HOST}:{stack.endpoint_port}", "javascript", "cbor"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["pushed"] == ["a", "é"]


def test_subscription_is_pushed_through_nginx(client: Any) -> None:
    client.create_stream(StreamName="pushed", ShardCount=1)
    arn = client.describe_stream_summary(StreamName="pushed")["StreamDescriptionSummary"]["StreamARN"]
    consumer = client.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    shard = {"ShardId": "shardId-000000000000", "StartingPosition": {"Type": "LATEST"}}
    with closing(client.subscribe_to_shard(ConsumerARN=consumer, **shard)["EventStream"]) as stream:
        events = iter(stream)
        next(events)
        client.put_record(StreamName="pushed", Data=b"now", PartitionKey="k")
        began = time.monotonic()
        assert [record["Data"] for record in next(events)["SubscribeToShardEvent"]["Records"]] == [b"now"]
        assert time.monotonic() - began < 2


def test_no_secret_is_in_a_log(api: tuple[Stack, str, str], client: Any) -> None:
    stack, key_id, secret = api
    client.list_streams()
    line = f"ListStreams - key=*{key_id[-4:]} 200 ok"
    wait_for(lambda: line in (stack.folder / "endpoint.log").read_text())
    logs = {path.name: path.read_text() for path in stack.folder.glob("*.log")}
    assert [name for name, text in logs.items() if secret in text or "Signature=" in text or key_id in text] == []


def test_a_revoked_key_is_refused_within_two_seconds(api: tuple[Stack, str, str]) -> None:
    stack = api[0]
    made = json.loads(stack.deployment.run("access_key", "--user", "sender", "--json"))
    other = client_of(stack, made["access_key_id"], made["secret_access_key"])
    other.list_streams()
    stack.deployment.run("access_key", "--revoke", made["access_key_id"])
    began = time.monotonic()
    wait_for(lambda: refused(other))
    assert time.monotonic() - began < 2


def refused(client: Any) -> bool:
    try:
        client.list_streams()
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "UnrecognizedClientException")
    return False


def test_endpoint_ends_and_comes_back_on_its_socket(api: tuple[Stack, str, str], client: Any) -> None:
    stack = api[0]
    for number, code in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
        process = stack.processes["endpoint"]
        process.send_signal(number)
        assert process.wait(timeout=60) == code
        start(stack)
        assert "clicks" in wait_for(lambda: listed(client))


def listed(client: Any) -> list[str]:
    try:
        return list(client.list_streams()["StreamNames"])
    except ClientError:
        return []  # nginx waits some seconds before it tries a socket again that refused it


def test_on_amazon_kinesis_the_endpoint_says_that_there_is_nothing_to_serve(api: tuple[Stack, str, str]) -> None:
    environment = api[0].deployment.environment | {"STREAM_URL": "kinesis://eu-west-1"}
    command = [sys.executable, "manage.py", "endpoint"]
    done = subprocess.run(command, cwd=api[0].checkout, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "which has an endpoint of its own" in done.stderr) == (2, True)
