"""Real processes with wrong clocks, on the embedded stream and on an emulator of Kinesis."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from streams.core import clock
from tests.deployment import Deployment, Web, kill
from tests.emulators import kinesis_local, ministack
from tests.faketime import SetClock, wrong_by
from tests.test_sockets_end import SIGN_IN, ask, brief, within
from tests.waiting import wait_for

TRADES = ("produce", "trades", "--rate", "0", "--count")

pytestmark = pytest.mark.usefixtures("faketime")


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


@pytest.fixture(params=[kinesis_local, ministack])
def on_kinesis(request: pytest.FixtureRequest, deployment: Deployment) -> Iterator[Deployment]:
    with request.param() as url:
        deployment.environment |= {
            "STREAM_URL": f"kinesis://eu-west-1?endpoint_url={url}",
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }
        yield deployment


def run_with(variables: dict[str, str], deployment: Deployment, *words: str) -> None:
    process = deployment.start(*words, variables=variables)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err


def lease(deployment: Deployment) -> dict[str, Any]:
    [row] = deployment.rows("leases", "list")
    return row


def reached(deployment: Deployment) -> int:
    """How far the worker is, in milliseconds; 0 before it says."""
    rows = deployment.query("SELECT watermark FROM streams_lease")
    return clock.from_iso(str(rows[0][0])) if rows and rows[0][0] else 0


def has_reached(deployment: Deployment, milliseconds: int) -> bool:
    return reached(deployment) >= milliseconds


def test_worker_applies_records_after_its_clock_was_wrong_for_seconds(deployment: Deployment, tmp_path: Path) -> None:
    deployment.create("trades")
    worker_clock = SetClock(tmp_path)
    worker = deployment.start("consume", "trades", variables=worker_clock.variables)
    for offset in ("+1h", "+0"):
        before = int(wait_for(lambda: reached(deployment)))
        worker_clock.set(offset)
        wait_for(partial(has_reached, deployment, before + 3000))
    deployment.run(*TRADES, "50")
    wait_for(lambda: deployment.applied("trades") == 50)
    assert (lease(deployment)["dead"], abs(reached(deployment) - clock.now()) < clock.MINUTE) == (0, True)
    kill(worker)


def test_put_by_a_process_a_day_ahead_trims_nothing(deployment: Deployment, tmp_path: Path) -> None:
    deployment.run(*TRADES, "5000")
    run_with(wrong_by("+1d", tmp_path), deployment, *TRADES, "1")
    deployment.run("consume", "trades", "--until-caught-up")
    found = lease(deployment)
    assert (found["applied"], found["dead"]) == (5001, 0)
    assert abs(clock.from_iso(found["newest"]) - clock.now()) < clock.MINUTE


def test_orders_raise_no_alarm_when_a_producers_clock_is_set(deployment: Deployment, tmp_path: Path) -> None:
    """20 lines in 10 s: below the threshold, unless they are stamped with one moment."""
    run_with(wrong_by("+1d", tmp_path), deployment, "produce", "orders", "--count", "1", "--rate", "0", "--site", "a")
    producers_clock = SetClock(tmp_path)
    words = ("produce", "orders", "--count", "20", "--rate", "2", "--site", "a")
    producer = deployment.start(*words, variables=producers_clock.variables)
    wait_for(lambda: len(deployment.records("orders")) > 5)
    producers_clock.set("-5m")
    producer.communicate(timeout=60)
    arrived = [clock.from_iso(row["arrived"]) for row in deployment.records("orders")]
    assert len(set(arrived)) == 21
    assert arrived[-1] - arrived[1] > 8 * clock.SECOND
    deployment.run("consume", "orders", "--until-caught-up")
    assert (list(deployment.rows("report", "orders")), lease(deployment)["applied"]) == ([], 21)


def test_until_caught_up_reads_every_record_with_a_clock_a_day_back(deployment: Deployment, tmp_path: Path) -> None:
    deployment.run(*TRADES, "100")
    deployment.run("consume", "trades", "--until-caught-up")
    deployment.run(*TRADES, "50000")
    run_with(wrong_by("-1d", tmp_path), deployment, "consume", "trades", "--until-caught-up")
    assert lease(deployment)["applied"] == 50_100


def test_a_worker_on_kinesis_with_a_fast_clock_applies_live_trades(on_kinesis: Deployment, tmp_path: Path) -> None:
    deployment = on_kinesis
    deployment.run("streams", "create", "trades")
    worker = deployment.start("consume", "trades", variables=wrong_by("+150s", tmp_path))
    wait_for(lambda: reached(deployment))
    for count in (10, 20):
        deployment.run(*TRADES, "10")
        deployment.wait_until_applied("trades", count)
    found = lease(deployment)
    assert (found["applied"], found["dead"]) == (20, 0)
    assert reached(deployment) <= clock.now()
    kill(worker)


def test_latest_on_kinesis_is_independent_of_the_workers_clock(on_kinesis: Deployment, tmp_path: Path) -> None:
    deployment = on_kinesis
    deployment.run(*TRADES, "10")
    before = clock.now()
    wait_for(lambda: clock.now() > before + 2 * clock.SECOND)  # Kinesis tells the time in whole seconds
    worker = deployment.start("consume", "trades", "--from", "latest", variables=wrong_by("+5m", tmp_path))
    wait_for(lambda: reached(deployment))
    deployment.run(*TRADES, "20")
    wait_for(lambda: deployment.applied("trades") == 20)
    assert lease(deployment)["dead"] == 0
    kill(worker)


def freshest(socket: ClientConnection, past: str) -> str:
    """Returns the newest stamp of the market once it is past another one."""
    until = monotonic() + 60  # beats would come for ever
    while True:
        told = json.loads(socket.recv(until - monotonic())).get("data", {})
        if told.get("newest") and told["newest"] > past:
            return str(told["newest"])


def is_told(socket: ClientConnection, words: str) -> bool:
    """Returns whether the note about clocks, which comes with the next beat, has the words."""
    until = monotonic() + 60
    while "beat" not in (told := json.loads(socket.recv(until - monotonic()))):
        pass
    return words in told.get("clock_note", "")


def test_pages_and_sockets_go_on_when_the_clock_is_set(deployment: Deployment, tmp_path: Path) -> None:
    machine = SetClock(tmp_path)
    everything = brief(deployment, SESSION_IDLE=str(2 * 3600), **machine.variables)
    deployment.create("trades")
    cookie = within(everything, SIGN_IN, NAMES=["ada"])["ada"]
    web = Web(everything)
    processes = [everything.start("produce", "trades", "--rate", "20"), everything.start("consume", "trades")]
    address, headers = web.url.replace("http", "ws") + "/ws/live/", {"Cookie": cookie}
    with connect(address, origin=Origin(web.url), additional_headers=headers) as socket:
        socket.send('{"subscribe": ["market"]}')
        newest = freshest(socket, "")
        for offset in ("-1h", "+1h"):
            machine.set(offset)
            newest = freshest(socket, newest)
            assert (ask(web, "/market/", cookie), web.process.poll()) == (200, None)
            assert abs(clock.from_iso(newest) - clock.now()) < clock.MINUTE
        wait_for(partial(is_told, socket, "it is ahead of the time"))
    for process in processes:
        kill(process)
    web.kill()
