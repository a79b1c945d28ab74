"""One Millrace, with its Kinesis API, for all examples."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config

from tests.deployment import ROOT, Deployment, Web, kill
from tests.emulators import free_port
from tests.examples.running import PACKAGES
from tests.processes import limited
from tests.waiting import wait_for

sys.path.append(str(PACKAGES))  # of the peers; last, so that .venv comes first
PEOPLE = """
import json
from django.utils import timezone
from accounts import access_keys, tokens
from accounts.models import User
user = User.objects.create_user("robot", "", "a long password of a robot")
now, scopes = timezone.now(), ["write:streams", "read:streams", "manage:streams"]
token = tokens.make(user, "examples", ["write:streams", "read:dashboards"], 1, now)[1]
key, secret = access_keys.make(user, "examples", scopes, 1, now)
print(json.dumps([token, key.access_key_id, secret]))
"""
numbers = count(1)


class Site(NamedTuple):
    """A running Millrace: its folder and processes, the variables that examples read, and a Kinesis client."""

    deployment: Deployment
    environment: dict[str, str]
    kinesis: Any


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    deployment = Deployment(tmp_path_factory.mktemp("deployment"))
    port = free_port()
    log = (deployment.folder / "endpoint.log").open("w")  # a pipe that nobody reads would fill
    endpoint = subprocess.Popen(
        [sys.executable, ROOT / "manage.py", "endpoint", "--port", str(port)],
        env=deployment.environment,
        cwd=deployment.folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=log,
    )
    token, key_id, secret = json.loads(deployment.run("shell", "--verbosity", "0", "--command", PEOPLE))
    web = Web(deployment)
    environment = {
        "MILLRACE_URL": web.url,
        "MILLRACE_TOKEN": token,
        "MILLRACE_USER": "robot",
        "MILLRACE_PASSWORD": "a long password of a robot",
        "AWS_ENDPOINT_URL_KINESIS": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": key_id,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert endpoint.stdout is not None
    with limited(endpoint):
        endpoint.stdout.readline()
    client = boto3.client(
        "kinesis",
        region_name="eu-west-1",
        endpoint_url=environment["AWS_ENDPOINT_URL_KINESIS"],
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(read_timeout=60, retries={"max_attempts": 0}),
    )
    yield Site(deployment, environment, client)
    web.stop()
    kill(endpoint)
    log.close()


class Stream:
    """A stream of a test's own, with two shards."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.name = f"sensors-{next(numbers)}"
        client.create_stream(StreamName=self.name, ShardCount=2)
        wait_for(lambda: self._status() == "ACTIVE")

    def _status(self) -> Any:
        return self.client.describe_stream_summary(StreamName=self.name)["StreamDescriptionSummary"]["StreamStatus"]

    def records(self) -> list[Any]:
        """Returns the JSON of all records, the oldest of a shard first."""
        found = []
        for shard in self.client.list_shards(StreamName=self.name)["Shards"]:
            begin = self.client.get_shard_iterator(
                StreamName=self.name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )
            found += self.client.get_records(ShardIterator=begin["ShardIterator"])["Records"]
        return [json.loads(each["Data"]) for each in found]

    def put(self, *records: Any) -> None:
        for record in records:
            self.client.put_record(StreamName=self.name, Data=json.dumps(record), PartitionKey="key")


@pytest.fixture
def stream(site: Site) -> Stream:
    return Stream(site.kinesis)


@pytest.fixture
def environment(site: Site) -> dict[str, str]:
    return site.environment
