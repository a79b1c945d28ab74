"""Dead letters in the hands of people: by function, by command, and all the way through a worker."""

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import to_datetime
from streams.models import Audit, DeadLetter
from streams.operations import deadletters
from streams.operations.deadletters import Choice
from tests.commands import exit_code
from tests.deployment import Deployment
from tests.fakes import FakeClock

run = partial(exit_code, "deadletters")
NOON = 1_795_348_800_000
GOOD = b'{"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 10.5, "quantity": 3, "id": 7}'


def letter(sequence: int, status: str = "kept", application: str = "trades", data: bytes = b"{}") -> int:
    """The number of a new dead letter."""
    return DeadLetter.objects.create(
        application=application,
        stream=application,
        shard="s0",
        sequence=str(sequence),
        partition_key="k",
        arrived=to_datetime(NOON),
        data=data,
        error="why",
        attempts=1,
        status=status,
    ).pk


def statuses() -> list[str]:
    return list(DeadLetter.objects.order_by("pk").values_list("status", flat=True))


def audits() -> list[tuple[str, str, str, int]]:
    return list(Audit.objects.order_by("pk").values_list("who", "action", "target", "count"))


@pytest.fixture
def one_of_each(db: None) -> None:
    for sequence, status in enumerate(DeadLetter.Status.values):
        letter(sequence, status)


def test_only_kept_letters_are_replayed(one_of_each: None) -> None:
    assert deadletters.replay(Choice(), "ada") == 1
    assert statuses() == ["replay", "replay", "applied", "discarded"]
    assert audits() == [("ada", "replay", "every application: all", 1)]


def test_discard_takes_letters_that_are_not_yet_applied(one_of_each: None) -> None:
    assert deadletters.discard(Choice("trades"), "ada") == 2
    assert statuses() == ["discarded", "discarded", "applied", "discarded"]
    assert audits() == [("ada", "discard", "trades: all", 2)]


def test_change_of_no_letter_is_not_audited(one_of_each: None) -> None:
    assert deadletters.replay(Choice("orders"), "ada") == 0
    assert audits() == []


@pytest.mark.django_db
def test_letter_newer_than_the_page_is_left_alone() -> None:
    seen, _ = letter(1), letter(2)
    deadletters.discard(Choice("trades", up_to=seen), "ada")
    assert statuses() == ["discarded", "kept"]


@pytest.mark.django_db
def test_many_numbers_fit_the_audit() -> None:
    numbers = {letter(sequence) for sequence in range(100)}
    deadletters.discard(Choice(ids=numbers), "ada")
    assert [(len(row.target), row.target[-1], row.count) for row in Audit.objects.all()] == [(200, "…", 100)]


@pytest.mark.django_db
def test_the_command_lists_newest_first_with_the_data_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = letter(40, data=b'{"a": 1}'), letter(41, "applied", data=b"\xff")
    assert run("list", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[1] == {
        "id": first, "application": "trades", "stream": "trades", "shard": "s0", "sequence": "40",
        "partition_key": "k", "arrived": "2026-11-22T12:00:00.000Z", "data": {"a": 1}, "attempts": 1,
        "status": "kept", "error": "why",
    }  # fmt: skip
    assert (rows[0]["id"], rows[0]["data_base64"], rows[0]["status"]) == (second, "/w==", "applied")


@pytest.mark.django_db
def test_the_command_lists_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    number = letter(40)
    letter(41, application="orders")
    assert run("list", "--application", "trades", "--status", "kept") == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == [
        "id",
        "application",
        "stream",
        "shard",
        "sequence",
        "key",
        "arrived",
        "attempts",
        "status",
        "error",
    ]
    assert row.split() == f"{number} trades trades s0 40 k 2026-11-22T12:00:00.000Z 1 kept why".split()


@pytest.mark.django_db
def test_the_command_prints_the_count_and_is_audited(capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = letter(1), letter(2), letter(3)
    assert run("replay", "--id", str(first)) == run("discard", "--all", "--application", "trades") == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 record will be put before the worker again, as if it arrived now.",
        "3 records discarded.",
    ]
    assert audits() == [
        ("manage.py", "replay", f"every application: {first}", 1),
        ("manage.py", "discard", "trades: all", 3),
    ]
    assert {second, third} < set(DeadLetter.objects.values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["replay", "--all"], 1, "No dead letter (every application: all) was replayed: only kept ones can be."),
        (["discard", "--id", "7"], 1, "No dead letter (every application: 7) was discarded: "),
        (["replay"], 2, "one of the arguments --id --all is required"),
        (["discard", "--all", "--id", "1"], 2, "argument --id: not allowed with argument --all"),
        (["replay", "--id", "x"], 2, "argument --id: 'x' is not a whole number from 1"),
        (["discard", "--id", "9" * 30], 2, "argument --id: '" + "9" * 30 + "' is not a whole number from 1 to"),
        (
            ["list", "--application", "nobody"],
            2,
            "There is no application 'nobody'. There are: trades, orders, probes, quotes.",
        ),
    ],
)
def test_impossible_request_is_one_clear_sentence(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == code
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert (said.err.count("\n"), said.out) == (1, "")


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """Three records went to the dead letters; since then the decoder is said to read the first."""
    deployment = Deployment(tmp_path)
    deployment.create("trades")
    EmbeddedStream(deployment.streams, "trades", FakeClock(NOON)).put(
        [("AMZN", b"one"), ("AMZN", b"two"), ("AMZN", b"3 ")]
    )
    deployment.run("consume", "trades", "--until-caught-up")
    with closing(sqlite3.connect(deployment.database)) as database, database:
        database.execute("UPDATE streams_deadletter SET data = ? WHERE id = 1", [GOOD])
    return deployment


def test_a_replayed_letter_is_applied_exactly_once_by_a_real_worker(deployment: Deployment) -> None:
    assert "1 record discarded." in deployment.run("deadletters", "discard", "--id", "3")
    assert "2 records will be put" in deployment.run("deadletters", "replay", "--all", "--application", "trades")
    for _ in range(2):
        deployment.run("consume", "trades", "--until-caught-up")
    letters = deployment.query("SELECT status, attempts FROM streams_deadletter ORDER BY id")
    assert letters == [("applied", 2), ("kept", 2), ("discarded", 1)]
    assert deployment.query("SELECT ticker, trades, shares FROM market_trademinute") == [("AMZN", 1, 3)]
    assert deployment.query("SELECT applied, dead FROM streams_lease") == [(1, 2)]
    assert deployment.query("SELECT who, action, count FROM streams_audit ORDER BY id") == [
        ("manage.py", "discard", 1),
        ("manage.py", "replay", 2),
    ]


@pytest.mark.django_db
def test_letters_are_grouped_by_kind_and_stream(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        letter(number, "kept" if number else "discarded")
    letter(9, application="orders")
    DeadLetter.objects.filter(application="trades").update(kind="byte N", stream="sensors")
    assert run("groups", "--json") == run("groups", "--stream", "sensors") == 0
    said = capsys.readouterr().out.splitlines()
    newest = DeadLetter.objects.filter(application="trades").order_by("-pk")[0].pk
    first = {"application": "trades", "stream": "sensors", "kind": "byte N", "letters": 3, "kept": 2, "newest": newest}
    assert json.loads(said[0]) == first
    assert [json.loads(said[1])["application"], len(said)] == ["orders", 4]


@pytest.mark.django_db
def test_only_the_letters_of_a_stream_and_kind_are_discarded(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        letter(number)
    DeadLetter.objects.filter(sequence="1").update(kind="byte N", stream="sensors")
    assert run("discard", "--all", "--stream", "sensors", "--kind", "byte N") == 0
    assert statuses() == ["kept", "discarded", "kept"]
    assert audits() == [("manage.py", "discard", "every application on sensors with error “byte N”: all", 1)]


@pytest.mark.django_db
def test_letters_of_a_removed_application_are_listed_and_discarded(capsys: pytest.CaptureFixture[str]) -> None:
    number = letter(1, application="weather")
    assert run("list", "--application", "weather", "--json") == 0
    assert json.loads(capsys.readouterr().out)["id"] == number
    assert run("discard", "--application", "weather", "--all") == 0
    assert statuses() == ["discarded"]
