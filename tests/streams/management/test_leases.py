"""leases list and leases import-kcl, as an operator meets them."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from unittest.mock import ANY

import pytest
from pytest_django import Settings

from streams import wiring
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import from_datetime
from streams.models import Lease
from streams.operations import lag
from tests.commands import exit_code

leases = partial(exit_code, "leases")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_MS = from_datetime(NOON)


@pytest.mark.django_db
def test_leases_are_listed_for_machines(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "trades")
    stream.create()
    stream.put([("a", b"")] * 3)
    moment = datetime(2026, 11, 22, 14, tzinfo=UTC)
    names = {"stream": "trades", "checkpoint": "trim-horizon"}
    Lease.objects.create(
        **names, application="trades", shard="shardId-000000000000", owner="me", counter=3, watermark=moment, applied=5
    )
    Lease.objects.create(**names, application="orders", shard="a")
    assert leases("list", "--application", "trades", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "application": "trades",
        "stream": "trades",
        "shard": "shardId-000000000000",
        "owner": "me",
        "counter": 3,
        "checkpoint": "trim-horizon",
        "watermark": "2026-11-22T14:00:00.000Z",
        "newest": None,
        "lag": ANY,
        "lag_records": 3,
        "applied": 5,
        "dead": 0,
        "expired": 0,
        "trouble": "",
    }
    assert leases("list") == 0
    assert [line.split()[:3] for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["orders", "trades", "a"],
        ["trades", "trades", "shardId-000000000000"],
    ]


@pytest.mark.django_db
def test_lag_is_listed_in_seconds_and_in_records_where_known(settings: Settings) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1"
    names = {"application": "trades", "stream": "trades"}
    Lease.objects.create(**names, shard="a", checkpoint="trim-horizon", watermark=NOON)
    Lease.objects.create(**names, shard="b", checkpoint="shard-end", watermark=NOON)
    found, notes = lag.rows(Lease.objects.order_by("shard"), wiring.count_waiting, lambda: NOON_MS + 2500)
    assert [(row["lag"], row["lag_records"]) for row in found] == [(2.5, None), (None, None)]
    assert notes == ["Amazon Kinesis does not tell how many records wait, only for how long."]


@pytest.mark.django_db
def test_leases_of_a_removed_application_are_listed_and_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    Lease.objects.create(application="weather", stream="sky", shard="a", checkpoint="trim-horizon")
    assert leases("list", "--application", "weather", "--json") == 0
    assert json.loads(capsys.readouterr().out)["stream"] == "sky"
    assert leases("forget", "weather", "--stream", "sky", "--yes") == 0
    assert capsys.readouterr().out == "Forgot 1 lease of weather on sky.\n"
    assert not Lease.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("words", [["list", "--application", "weather"], ["forget", "weather", "--stream", "sky"]])
def test_an_application_without_leases_is_refused_when_it_is_not_registered(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert leases(*words) == 2
    assert capsys.readouterr().err == "There is no application 'weather'. There are: trades, orders, probes, quotes.\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--application", "trades", "--stream", "trades"], "Checkpoints of KCL are places in Amazon Kinesis"),
        (
            ["--application", "nobody", "--stream", "trades"],
            "argument --application: There is no application 'nobody'. There are: trades, orders, probes, quotes\n",
        ),
        (["--application", "trades", "--stream", "a b"], "argument --stream: 'a b' is not a stream's name"),
        (["--application", "trades"], "the following arguments are required: --stream"),
    ],
)
def test_failed_import_is_one_clear_sentence(
    words: list[str], sentence: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.STREAM_URL = "embedded:nowhere.sqlite3"
    assert leases("import-kcl", "kcl-app", *words) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.django_db
def test_a_timestamp_is_a_time(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.STREAM_URL = "kinesis://eu-west-1"
    words = ("kcl-app", "--application", "trades", "--stream", "trades", "--timestamp", "latest")
    assert leases("import-kcl", *words) == 2
    assert capsys.readouterr().err == "argument --timestamp: it should be a time such as 2026-11-22T14:00:00Z\n"
