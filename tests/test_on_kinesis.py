"""The same commands on Kinesis, as an emulator gives it: put, split, read by a fleet, counted once."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from login.supervisor import Supervisor
from tests.deployment import ROOT, Deployment, kill
from tests.emulators import kinesis_local, ministack
from tests.test_exactly_once import naive_minutes
from tests.waiting import wait_for

Emulator = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Callable[[Emulator], Deployment]]:
    """Returns a deployment with its streams in an emulator."""
    running: list[AbstractContextManager[str]] = []

    def build(emulator: Emulator) -> Deployment:
        running.append(emulator())
        url = running[-1].__enter__()
        deployment = Deployment(tmp_path)
        deployment.environment |= {
            "STREAM_URL": f"kinesis://eu-west-1?endpoint_url={url}",
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }
        return deployment

    yield build
    for emulator in running:
        emulator.__exit__(None, None, None)


def check(deployment: Deployment, records: int) -> None:
    """Checks that the counts equal the records in the stream."""
    rows = list(deployment.rows("streams", "tail", "trades"))
    assert sorted(row["data"]["id"] for row in rows) == list(range(1, records + 1))
    rows.sort(key=lambda row: row["data"]["id"])  # shards are merged by arrival: within a key that is the order put
    reported = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades")
    }
    assert reported == naive_minutes(rows)


def test_packed_records_are_counted_once_when_a_worker_is_killed(on: Callable[[Emulator], Deployment]) -> None:
    deployment = on(ministack)
    deployment.run("streams", "create", "trades", "--shards", "2")
    deployment.run("produce", "trades", "--count", "20000", "--rate", "0")
    worker = deployment.start("consume", "trades")
    deployment.wait_until_applied("trades", 1)
    kill(worker)
    deployment.run("consume", "trades", "--until-caught-up")
    check(deployment, 20_000)


def test_records_of_a_split_and_merged_stream_are_counted_once(on: Callable[[Emulator], Deployment]) -> None:
    deployment = on(kinesis_local)
    deployment.run("streams", "create", "trades", "--shards", "2")
    workers = [deployment.start("consume", "trades") for _ in range(2)]
    producer = deployment.start("produce", "trades", "--count", "600", "--rate", "100")
    deployment.wait_until_applied("trades", 100)
    deployment.run("streams", "split", "trades", "shardId-000000000000")
    deployment.wait_until_applied("trades", 300)
    deployment.run("streams", "merge", "trades", "shardId-000000000003", "shardId-000000000001")
    producer.communicate(timeout=60)
    deployment.wait_until_applied("trades", 600)
    for worker in workers:
        kill(worker)
    deployment.run("consume", "trades", "--until-caught-up")
    check(deployment, 600)
    [status] = deployment.rows("streams", "status", "trades")
    assert [shard["open"] for shard in status["shards"]] == [False, False, True, False, True]


def test_results_go_on_when_the_workers_start_again_on_another_backend(tmp_path: Path) -> None:
    """STREAM_URL leads to the embedded stream, to Kinesis and back, while a supervisor keeps the worker running."""
    deployment, leads = Deployment(tmp_path), tmp_path / "stream-url"
    embedded = deployment.environment["STREAM_URL"]
    aws = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated"}
    deployment.environment |= aws
    command = f"echo started $$; STREAM_URL=$(cat {leads}) exec {sys.executable} {ROOT / 'manage.py'} consume trades"
    lines: list[str] = []
    workers = Supervisor({"workers": command}, deployment.environment, tmp_path, lambda _, line: lines.append(line))
    thread = threading.Thread(target=workers.run, daemon=True)

    def put(url: str, records: int, applied: int) -> None:
        deployment.environment["STREAM_URL"] = url
        # This makes the stream, so that no worker fails for want of it.
        deployment.run("produce", "trades", "--rate", "0", "--count", str(records))
        leads.write_text(url)
        if running := [line.split()[1] for line in lines if line.startswith("started")]:
            os.kill(int(running[-1]), signal.SIGTERM)
        if not thread.is_alive():
            thread.start()
        wait_for(lambda: total(deployment) >= applied)

    with kinesis_local() as address, ExitStack() as ended:
        ended.callback(thread.join, 30)
        ended.callback(workers.stop)
        put(embedded, 100, 100)
        put(f"kinesis://eu-west-1?endpoint_url={address}", 50, 150)
        put(embedded, 30, 180)
    assert (total(deployment), workers.reason, [line for line in lines if "Traceback" in line]) == (180, "", [])


def total(deployment: Deployment) -> int:
    """Returns the number of trades in all results."""
    return int(deployment.query("SELECT coalesce(sum(trades), 0) FROM market_trademinute")[0][0])
