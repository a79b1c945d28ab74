"""Real processes with wrong clocks, on the embedded stream and on an emulator of Kinesis."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from streams.core import clock
from tests.emulators import kinesis_local, ministack
from tests.faketime import SetClock, wrong_by
from tests.house import House, kill
from tests.test_exactly_once import wait_until_applied
from tests.waiting import wait_for

TRADES = ("produce", "trades", "--rate", "0", "--count")

pytestmark = pytest.mark.usefixtures("faketime")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(params=[kinesis_local, ministack])
def on_kinesis(request: pytest.FixtureRequest, house: House) -> Iterator[House]:
    with request.param() as url:
        house.environment |= {
            "STREAM_URL": f"kinesis://eu-west-1?endpoint_url={url}",
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }
        yield house


def run_with(variables: dict[str, str], house: House, *words: str) -> None:
    process = house.start(*words, variables=variables)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err


def lease(house: House) -> dict[str, Any]:
    [row] = house.rows("leases", "list")
    return row


def reached(house: House) -> int:
    """How far the worker is, in milliseconds; 0 before it says."""
    rows = house.query("SELECT watermark FROM streams_lease")
    return clock.from_iso(str(rows[0][0])) if rows and rows[0][0] else 0


def has_reached(house: House, milliseconds: int) -> bool:
    return reached(house) >= milliseconds


def test_worker_applies_records_after_its_clock_was_wrong_for_seconds(house: House, tmp_path: Path) -> None:
    house.run("streams", "create", "trades")
    worker_clock = SetClock(tmp_path)
    worker = house.start("consume", "trades", variables=worker_clock.variables)
    for offset in ("+1h", "+0"):
        before = int(wait_for(lambda: reached(house)))
        worker_clock.set(offset)
        wait_for(partial(has_reached, house, before + 3000))
    house.run(*TRADES, "50")
    wait_for(lambda: house.applied("trades") == 50)
    assert (lease(house)["dead"], abs(reached(house) - clock.now()) < clock.MINUTE) == (0, True)
    kill(worker)


def test_put_by_a_process_a_day_ahead_trims_nothing(house: House, tmp_path: Path) -> None:
    house.run(*TRADES, "5000")
    run_with(wrong_by("+1d", tmp_path), house, *TRADES, "1")
    house.run("consume", "trades", "--until-caught-up")
    found = lease(house)
    assert (found["applied"], found["dead"]) == (5001, 0)
    assert abs(clock.from_iso(found["newest"]) - clock.now()) < clock.MINUTE


def test_orders_raise_no_alarm_when_a_producers_clock_is_set(house: House, tmp_path: Path) -> None:
    """20 lines in 10 s: below the threshold, unless they are stamped with one moment."""
    run_with(wrong_by("+1d", tmp_path), house, "produce", "orders", "--count", "1", "--rate", "0", "--site", "a")
    producers_clock = SetClock(tmp_path)
    words = ("produce", "orders", "--count", "20", "--rate", "2", "--site", "a")
    producer = house.start(*words, variables=producers_clock.variables)
    wait_for(lambda: len(list(house.rows("streams", "tail", "orders"))) > 5)
    producers_clock.set("-5m")
    producer.communicate(timeout=60)
    arrived = [clock.from_iso(row["arrived"]) for row in house.rows("streams", "tail", "orders")]
    assert len(set(arrived)) == 21
    assert arrived[-1] - arrived[1] > 8 * clock.SECOND
    house.run("consume", "orders", "--until-caught-up")
    assert (list(house.rows("report", "orders")), lease(house)["applied"]) == ([], 21)


def test_until_caught_up_reads_every_record_with_a_clock_a_day_back(house: House, tmp_path: Path) -> None:
    house.run(*TRADES, "100")
    house.run("consume", "trades", "--until-caught-up")
    house.run(*TRADES, "50000")
    run_with(wrong_by("-1d", tmp_path), house, "consume", "trades", "--until-caught-up")
    assert lease(house)["applied"] == 50_100


def test_a_worker_on_kinesis_with_a_fast_clock_applies_live_trades(on_kinesis: House, tmp_path: Path) -> None:
    house = on_kinesis
    house.run("streams", "create", "trades")
    worker = house.start("consume", "trades", variables=wrong_by("+150s", tmp_path))
    wait_for(lambda: reached(house))
    for count in range(1, 6):
        house.run(*TRADES, "4")
        wait_until_applied(house, "trades", 4 * count)
    found = lease(house)
    assert (found["applied"], found["dead"]) == (20, 0)
    assert reached(house) <= clock.now()
    kill(worker)


def test_latest_on_kinesis_is_independent_of_the_workers_clock(on_kinesis: House, tmp_path: Path) -> None:
    house = on_kinesis
    house.run(*TRADES, "10")
    before = clock.now()
    wait_for(lambda: clock.now() > before + 2 * clock.SECOND)  # Kinesis tells the time in whole seconds
    worker = house.start("consume", "trades", "--from", "latest", variables=wrong_by("+5m", tmp_path))
    wait_for(lambda: reached(house))
    house.run(*TRADES, "20")
    wait_for(lambda: house.applied("trades") == 20)
    assert lease(house)["dead"] == 0
    kill(worker)
