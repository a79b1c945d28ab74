"""streams, consume and report, as an operator meets them."""

import base64
import json
import signal
from pathlib import Path
from time import monotonic

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from tests.deployment import Deployment, kill
from tests.waiting import wait_for


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


def test_stream_is_created_listed_read_and_deleted(deployment: Deployment) -> None:
    assert deployment.run("streams", "create", "trades", "--shards", "2") == "Created trades with 2 shards.\n"
    assert list(deployment.rows("streams", "list")) == [
        {"name": "trades", "status": "ACTIVE", "shards": 2, "records": 0}
    ]
    [status] = deployment.rows("streams", "status", "trades")
    assert (status["name"], status["status"]) == ("trades", "ACTIVE")
    half = 1 << 127
    assert status["shards"] == [
        {
            "id": "shardId-000000000000",
            "open": True,
            "parents": [],
            "hash_start": "0",
            "hash_end": str(half - 1),
            "records": 0,
        },
        {
            "id": "shardId-000000000001",
            "open": True,
            "parents": [],
            "hash_start": str(half),
            "hash_end": str(2 * half - 1),
            "records": 0,
        },
    ]
    assert deployment.run("streams", "delete", "trades", "--yes") == "Deleted trades.\n"
    assert deployment.run("streams", "list") == "Nothing yet.\n"


@pytest.mark.parametrize("by", ["us", "others"])
def test_deleted_stream_takes_its_leases_with_it(deployment: Deployment, by: str) -> None:
    """Or /readyz would see an application that falls ever further behind."""
    deployment.run("produce", "trades", "--rate", "0", "--count", "10")
    deployment.run("consume", "trades", "--until-caught-up")
    if by == "others":
        EmbeddedStream(deployment.streams, "trades").delete()
    told = {"us": "Deleted trades.\n", "others": "trades was gone; so are its leases, now.\n"}
    assert deployment.run("streams", "delete", "trades", "--yes") == told[by]
    assert deployment.run("leases", "list") == "Nothing yet.\n"
    assert deployment.run("streams", "delete", "trades", "--yes", code=1).startswith("There is no stream 'trades'")


def test_tail_writes_every_record_unchanged_text_or_not(deployment: Deployment) -> None:
    stream = EmbeddedStream(deployment.streams, "trades")
    stream.create()
    stream.put([("AMZN", b'{"price": 1.5}'), ("x", b"\xff\x00")])
    first, second = deployment.rows("streams", "tail", "trades")
    assert (first["partition_key"], first["data"], "data_base64" in first) == ("AMZN", {"price": 1.5}, False)
    assert (second["shard"], base64.b64decode(second["data_base64"])) == ("shardId-000000000000", b"\xff\x00")
    assert int(second["sequence"]) == int(first["sequence"]) + 1
    assert [row["data"] for row in deployment.rows("streams", "tail", "trades", "--limit", "1")] == [{"price": 1.5}]
    assert list(deployment.rows("streams", "tail", "trades", "--from", "2999-01-01")) == []
    stream.close()


def test_tail_from_latest_follows_what_arrives(deployment: Deployment) -> None:
    deployment.create("trades")
    tail = deployment.start("streams", "tail", "trades", "--from", "latest", "--limit", "3", "--json")
    producer = deployment.start("produce", "trades", "--rate", "50")
    out, _ = tail.communicate(timeout=60)
    kill(producer)
    assert len(out.splitlines()) == 3


def test_consume_prints_each_minute_and_report_prints_its_rows(deployment: Deployment) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "1000", "--seed", "1")
    minute = next(deployment.rows("streams", "tail", "trades", "--limit", "1"))["arrived"][:16]
    deployment.run("consume", "trades", "--until-caught-up")
    rows = list(deployment.rows("report", "trades"))
    assert list(rows[0]) == [
        *["minute", "closed", "ticker", "side", "trades", "shares", "value", "low", "high", "first", "last", "largest"]
    ]
    assert (rows[0]["minute"], sum(row["trades"] for row in rows)) == (f"{minute}:00.000Z", 1000)
    assert deployment.run("report", "trades").splitlines()[0].split() == list(rows[0])


def test_a_second_run_of_the_same_records_changes_nothing(deployment: Deployment) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "500", "--seed", "1")
    deployment.run("consume", "trades", "--until-caught-up")
    before = [{**row, "closed": None} for row in deployment.rows("report", "trades")]
    deployment.run("consume", "trades", "--until-caught-up")
    assert [{**row, "closed": None} for row in deployment.rows("report", "trades")] == before


def test_all_applications_wait_for_a_missing_stream_and_end_within_a_second(deployment: Deployment) -> None:
    """Starting before a producer has made its stream is no fault: the others go on, and so does this one later."""
    put(deployment, "trades")
    worker = deployment.start("consume", "--all")
    assert worker.stderr
    sentence = "orders does not go on: There is no stream 'orders'. Create it: "
    assert next(line for line in worker.stderr if sentence in line)
    wait_for(lambda: deployment.applied("trades") == 1)
    put(deployment, "orders")
    wait_for(lambda: deployment.applied("orders") == 1)
    began = monotonic()
    worker.send_signal(signal.SIGTERM)
    _, err = worker.communicate(timeout=60)
    seconds = monotonic() - began
    assert (worker.returncode, "Traceback" in err) == (0, False)
    assert deployment.query("SELECT DISTINCT owner, expires FROM streams_lease") == [("", None)]
    assert seconds < 1


def put(deployment: Deployment, name: str) -> None:
    """Makes a stream with one record, which no application can read."""
    stream = EmbeddedStream(deployment.streams, name)
    stream.create()
    stream.put([("key", b"\xffgarbage")])
    stream.close()


def test_a_garbage_record_goes_to_the_dead_letters_and_the_rest_is_counted(deployment: Deployment) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "100")
    stream = EmbeddedStream(deployment.streams, "trades")
    stream.put([("AMZN", b"\xffgarbage")])
    stream.close()
    deployment.run("produce", "trades", "--rate", "0", "--count", "100")
    deployment.run("consume", "trades", "--until-caught-up")
    assert deployment.query("SELECT data, partition_key, attempts FROM streams_deadletter") == [
        (b"\xffgarbage", "AMZN", 1)
    ]
    assert sum(row["trades"] for row in deployment.rows("report", "trades")) == 200


def test_orders_raise_an_alarm_that_ends_when_the_shop_is_quiet(deployment: Deployment) -> None:
    deployment.run("produce", "orders", "--rate", "0", "--count", "40", "--site", "london")
    worker = deployment.start("consume", "orders")
    wait_for(lambda: deployment.look("SELECT 1 FROM alarms_episode WHERE ended IS NOT NULL"))
    kill(worker)
    [row] = deployment.rows("report", "orders")
    found = (row["site"], row["peak"], row["lines"], row["notifications"], row["suppressed"], bool(row["ended"]))
    assert found == ("london", 40, 11, 1, 10, True)


def test_consume_from_latest_leaves_out_earlier_records(deployment: Deployment) -> None:
    deployment.run("produce", "trades", "--rate", "0", "--count", "100")
    deployment.run("consume", "trades", "--from", "latest", "--until-caught-up")
    assert list(deployment.rows("report", "trades")) == []


def test_a_database_without_tables_is_one_clear_sentence(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    deployment.create("trades")
    deployment.database.unlink()
    deployment.database.touch()
    said = deployment.run("consume", "trades", code=1)
    assert said.startswith("The database refused: no such table")
    assert said.rstrip().endswith(": .venv/bin/python manage.py migrate")


def test_a_stream_url_of_no_known_kind_is_one_clear_sentence(deployment: Deployment) -> None:
    deployment.environment["STREAM_URL"] = "redis://localhost"
    assert "STREAM_URL is 'redis://localhost'" in deployment.run("streams", "list", code=1)


def old_trade(deployment: Deployment) -> None:
    """Puts one trade into the stream, in a minute that has long closed."""
    stream = EmbeddedStream(deployment.streams, "trades", lambda: 1_795_348_800_000)  # noon, long past
    stream.create()
    stream.put([("WMT", b'{"tickerSymbol":"WMT","tradeType":"SELL","price":2,"quantity":7,"id":1}')])
    assert stream.read("shardId-000000000000", TRIM_HORIZON, 1).batches
    stream.close()


def test_consume_prints_a_minute_for_people_line_by_line(deployment: Deployment) -> None:
    old_trade(deployment)
    assert deployment.run("consume", "trades", "--until-caught-up").splitlines() == [
        "****** Stats for the minute from 12:00 UTC ******",
        "Most popular stock being sold: WMT, 1 sells.",
        "Largest sell order: 7 shares of WMT.",
    ]


def test_consume_output_can_be_read_by_a_script(deployment: Deployment) -> None:
    old_trade(deployment)
    out = deployment.run("consume", "trades", "--until-caught-up", "--json")
    assert json.loads(out) == {
        "minute": "2026-11-22T12:00:00.000Z",
        "bought": None,
        "sold": {"ticker": "WMT", "trades": 1},
        "largest_sell": {"ticker": "WMT", "shares": 7},
    }
