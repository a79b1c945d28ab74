"""How soon a worker on Kinesis works, beside kcl-rs 0.1.4, KCL in Rust: after its start, and after another's end.

On MiniStack, with one shard. Ours as in benchmarks/start.py: from the call that starts the process until records are
applied; from kill -9 until a worker that waits has applied a record that arrived after. kcl-rs keeps its leases in
MiniStack's DynamoDB, with its own defaults, and need only be called with a record, not apply it; the second has been
up for 20 s. That takes it a minute and more each, so there is one run of it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

from benchmarks.figures import Aim, Figure
from benchmarks.kinesis import CREDENTIALS, PEERS, REGION
from benchmarks.options import Options
from benchmarks.site import Site, new_site
from benchmarks.start import Handover, first_record
from streams.backends.kinesis.stream import KinesisStream
from streams.backends.kinesis.url import Place, connect
from streams.core import clock
from tests import emulators
from tests.deployment import ROOT

RUNS = 5
RECORDS = 1000
WAITING = 20.0  # seconds that the second kcl-rs has to come up and see the first one's lease


def run(options: Options) -> Iterator[Figure]:
    if not emulators.MINISTACK.is_dir():
        print("\nkcl was not run: build/ministack is absent; `make check` installs it.")
        return
    os.environ.update(CREDENTIALS)  # for the processes too; the emulator takes any
    with emulators.ministack() as url:
        with on_kinesis(url) as site:
            streams = [f"start-{uuid4().hex[:8]}" for _ in options.rounds(RUNS)]
            starts = [first_record(site, stream) for stream in streams]
        with on_kinesis(url) as site:
            handover = Handover(site, site.database)
            taken = [handover.seconds(number / RUNS, kill=True) for number in options.rounds(RUNS)]
        yield Figure("start to first record applied", "s", starts, Aim(2, every=True))
        yield Figure("take-over after kill -9", "s", taken, Aim(10, every=True))
        if not (PEERS / "kcl_rs").is_dir():
            print("\nkcl-rs was not run: build/bench-peers is absent; `make bench-peers` installs it.")
            return
        start, taken_by_kcl = kcl_rs(url)
    yield Figure("kcl-rs: start to first record", "s", [start])
    yield Figure("kcl-rs: take-over after kill -9", "s", [taken_by_kcl])


@contextmanager
def on_kinesis(url: str) -> Iterator[Site]:
    with new_site() as site:
        site.environment |= {"STREAM_URL": f"kinesis://{REGION}?endpoint_url={url}"}
        yield site


def kcl_rs(url: str) -> tuple[float, float]:
    """Seconds until its first record, and until another took over."""
    stream = KinesisStream(f"kcl-{uuid4().hex[:8]}", connect(Place(REGION, url)))
    stream.create()
    stream.put([("key", b"%d" % number) for number in range(RECORDS)])
    began = clock.now()
    with worker(url, stream.name) as first:
        until_after(first, 0)
        started = clock.now()
        with worker(url, stream.name) as second, going_on(stream, WAITING):
            killed = clock.now()
            first.kill()
            first.wait()
            until_after(second, killed)
            return (started - began) / clock.SECOND, (clock.now() - killed) / clock.SECOND


@contextmanager
def worker(url: str, stream: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "benchmarks.parts.kinesis_kcl", url, stream, f"kcl-{stream}"]
    environment = os.environ | {"PYTHONPATH": str(PEERS)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def going_on(stream: KinesisStream, seconds: float) -> Iterator[None]:
    """Ten records a second, for so many seconds before it is entered and until it is left."""
    over = Event()

    def put() -> None:
        while not over.wait(0.1):
            stream.put([("key", b"more")])

    producer = Thread(target=put)
    producer.start()
    try:
        over.wait(seconds)
        yield
    finally:
        over.set()
        producer.join()


def until_after(process: "subprocess.Popen[str]", moment: int) -> None:
    """Until it has had a record that arrived later."""
    assert process.stdout
    for line in process.stdout:
        if int(line) > moment:
            return
    raise RuntimeError("kcl-rs ended by itself; its errors are above.")
