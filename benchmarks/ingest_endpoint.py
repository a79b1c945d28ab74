"""The Kinesis API: PutRecords (500 records of 95 bytes) and GetRecords, beside MiniStack and kinesalite, in one run.

Each server is one process on this machine, and shares it with the client; so only ratios mean much. The client is the
same for all (benchmarks/parts/kinesis_api.py): it signs a request once and repeats it, on several connections. The
endpoint stores each request durably; the emulators keep theirs in memory. A line by boto3 shows the rate of a usual
client. `manage.py endpoint` runs as it is deployed, with a real access key.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.figures import Aim, Figure
from benchmarks.options import Options
from benchmarks.site import found_by
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from tests import emulators
from tests.deploy.test_endpoint import MAKE
from tests.deployment import ROOT, Deployment
from tests.emulators import free_port
from tests.waiting import wait_for

ROUNDS = 3
SECONDS = 4
STREAM, SHARDS = "bench", 4
CONNECTIONS = {"put": 8, "get": 2, "paced": 16}
KINESALITE = ROOT / "benchmarks/peers/node_modules/kinesalite"
BOTO_RECORDS = 20_000


class Server(NamedTuple):
    url: str
    key_id: str = "emulated"
    secret: str = "emulated"

    def measure(self, mode: str, seconds: float) -> dict[str, Any]:
        words = (self.url, mode, str(seconds), str(CONNECTIONS[mode]))
        found: dict[str, Any] = found_by("kinesis_api", *words, environment=self.environment)
        return found

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret}

    def put_by_boto3(self, records: int) -> float:
        """Returns records a second."""
        found = found_by("kinesis_boto3", "many", self.url, STREAM, str(records), environment=self.environment)
        return float(found["records"] / found["seconds"])

    def create(self) -> None:
        os.environ.update(AWS_ACCESS_KEY_ID=self.key_id, AWS_SECRET_ACCESS_KEY=self.secret)
        KinesisStream(STREAM, connect(Place("eu-west-1", self.url))).create(SHARDS)


def run(options: Options) -> Iterator[Figure]:
    with ExitStack() as stack:
        servers = {"endpoint": stack.enter_context(endpoint())}
        if emulators.MINISTACK.is_dir():
            servers["MiniStack"] = Server(stack.enter_context(emulators.ministack()))
        if KINESALITE.is_dir():
            servers["kinesalite"] = stack.enter_context(kinesalite())
        else:
            print("\nkinesalite was not run: `make bench-peers` installs it.")
        rates: dict[tuple[str, str], list[float]] = {}
        paced: list[dict[str, Any]] = []
        for server in servers.values():
            server.create()
        for _ in options.rounds(ROUNDS):
            for mode in ("put", "get"):
                for name, server in servers.items():
                    found = server.measure(mode, options.amount(SECONDS))
                    rates.setdefault((mode, name), []).append(found["records"] / found["seconds"])
            for name, server in servers.items():
                rates.setdefault(("boto3", name), []).append(server.put_by_boto3(options.amount(BOTO_RECORDS)))
            paced.append(servers["endpoint"].measure("paced", options.amount(SECONDS)))
    yield from figures(rates, paced)


def figures(rates: dict[tuple[str, str], list[float]], paced: list[dict[str, Any]]) -> Iterator[Figure]:
    words = {"put": "PutRecords", "get": "GetRecords", "boto3": "PutRecords by boto3"}
    for (mode, name), values in rates.items():
        aim = Aim(100_000, at_least=True) if (mode, name) == ("put", "endpoint") else None
        yield Figure(f"{words[mode]}, {name}", "records/s", values, aim)
    for (mode, name), values in rates.items():
        if name != "endpoint":
            ratios = [ours / theirs for ours, theirs in zip(rates[mode, "endpoint"], values, strict=True)]
            aim = Aim(4, at_least=True) if (mode, name) == ("put", "MiniStack") else None
            yield Figure(f"{words[mode]}: endpoint ÷ {name}", "×", ratios, aim)
    yield Figure("PutRecord, 1,000 a second, p50", "ms", [one["p50"] for one in paced])
    yield Figure("PutRecord, 1,000 a second, p99", "ms", [one["p99"] for one in paced], Aim(50))


@contextmanager
def endpoint() -> Iterator[Server]:
    with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as folder:
        deployment = Deployment(Path(folder))
        key_id, secret = json.loads(deployment.run("shell", "--verbosity", "0", "-c", MAKE))
        port = free_port()
        command = [sys.executable, "manage.py", "endpoint", "--port", str(port)]
        with served(command, deployment.environment):
            wait_for(lambda: listens(port))
            yield Server(f"http://127.0.0.1:{port}", key_id, secret)


@contextmanager
def kinesalite() -> Iterator[Server]:
    port, node = free_port(), shutil.which("node") or str(Path(sys.executable).with_name("node"))
    words = ["--port", str(port), "--createStreamMs", "1", "--shardLimit", "1000"]
    with served([node, str(KINESALITE / "cli.js"), *words], dict(os.environ)):
        wait_for(lambda: listens(port))
        yield Server(f"http://127.0.0.1:{port}")


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    return subprocess.run(["bash", "-c", f"</dev/tcp/127.0.0.1/{port}"], stderr=subprocess.DEVNULL).returncode == 0
