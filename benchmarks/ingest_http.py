"""Records by HTTP, as deployed: nginx with TLS, the uWSGI pool for records, an embedded stream on this disk.

A client with one connection, and then two, puts bodies of 4,096 trades as lines of JSON, with the key from a field; the
outcome of each record is in the answer. Peer: boto3's put_records, 500 at a time, to MiniStack on this machine, which
keeps records in memory. The two take turns.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from benchmarks.figures import Aim, Figure
from benchmarks.kinesis import CREDENTIALS, REGION
from benchmarks.options import Options
from benchmarks.site import found_by
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from tests import emulators
from tests.deploy.stack import HOST, Stack
from tests.deploy.test_records import MAKE
from tests.deployment import ROOT

ROUNDS = 3
REQUESTS = 160
PEER_RECORDS = 20_000
AIM = Aim(150_000, at_least=True)


def run(options: Options) -> Iterator[Figure]:
    ours: dict[int, list[float]] = {1: [], 2: []}
    theirs: list[float] = []
    with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as folder, emulators.ministack() as url:
        stack = Stack(Path(folder), limited=False)
        stack.deployment.run("streams", "create", "clicks", "--shards", "4")
        token = stack.deployment.run("shell", "--verbosity", "0", "-c", MAKE).strip()
        stack.start()
        try:
            for _ in options.rounds(ROUNDS):
                for clients, rates in ours.items():
                    rates.append(put(stack, token, options.amount(REQUESTS), clients))
                theirs.append(put_to_peer(url, options.amount(PEER_RECORDS)))
        finally:
            stack.stop()
    yield Figure("records by HTTP, one client", "records/s", ours[1])
    yield Figure("records by HTTP, two clients", "records/s", ours[2], AIM)
    yield Figure("boto3's put_records to MiniStack", "records/s", theirs)
    yield Figure(
        "HTTP, one client ÷ put_records", "×", [our / their for our, their in zip(ours[1], theirs, strict=True)]
    )


def put(stack: Stack, token: str, requests: int, clients: int) -> float:
    """Returns records a second."""
    words = (HOST, str(stack.port), str(stack.certificate), token, "clicks", str(requests), str(clients))
    found = found_by("http_records", *words)
    return float(found["records"] / found["seconds"])


def put_to_peer(url: str, records: int) -> float:
    """Returns records a second."""
    os.environ.update(CREDENTIALS)  # the emulator takes any
    stream = f"http-{uuid4().hex[:8]}"
    KinesisStream(stream, connect(Place(REGION, url))).create(4)
    found = found_by("kinesis_boto3", "many", url, stream, str(records))
    return float(found["records"] / found["seconds"])
