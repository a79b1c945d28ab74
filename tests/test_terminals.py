"""No command writes a control character to a terminal, for any content of records, names and files."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import User
from applications.market.models import TradeMinute
from applications.orders.models import AlarmEpisode
from login import backups
from streams.models import DeadLetter, Lease
from streams.wiring import open_stream
from tests.commands import exit_code
from tests.dashboard.rows import alarm, at, trades
from tests.streams.operations.test_deadletters import letter

pytestmark = pytest.mark.django_db
EVIL = "\x1b]0;owned\x07\x1b[2J\n\x7f\x9b2J\u202e\u2028x"
NAME = "\x1b]0;o\x07\n\x9b2J\u202e"  # as short as a ticker


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> None:
    """A stream, dead letters, alarms, leases and minutes with hostile names and bytes."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    stream = open_stream("trades")
    stream.create()
    stream.put([(EVIL, EVIL.encode()), (EVIL, json.dumps({EVIL: EVIL}, ensure_ascii=False).encode())])
    letter(1, data=json.dumps(EVIL, ensure_ascii=False).encode())
    DeadLetter.objects.update(partition_key=EVIL, error=EVIL, shard=EVIL, stream=EVIL)
    alarm(NAME, at(), None)
    AlarmEpisode.objects.update(started=at(60 * 24 * 365))
    trades(at(60 * 24 * 365), NAME, "BUY", 1)
    Lease.objects.create(application="trades", stream=EVIL, shard=EVIL[:9], checkpoint="latest", owner=EVIL)
    TradeMinute.objects.update(minute=at(60 * 24 * 365))


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    "words",
    [
        ["streams", "tail", "trades"],
        ["streams", "status", "trades"],
        ["streams", "list"],
        ["deadletters", "list"],
        ["leases", "list"],
        ["report", "orders"],
        ["report", "trades"],
    ],
)
def test_commands_write_no_control_character(
    words: list[str], form: list[str], store: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, *form) == 0
    said = capfd.readouterr()
    assert [line for line in (said.out + said.err).split("\n") if not line.isprintable()] == []
    assert said.out
    if form:
        assert all(json.loads(line) for line in said.out.splitlines())


@pytest.mark.parametrize("words", [["streams", "tail"], ["streams", "status"], ["streams", "split", "trades"]])
def test_refusal_repeats_the_input_without_control_characters(
    words: list[str], store: None, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, EVIL) == 1
    said = capfd.readouterr().err
    assert (said.count("\n"), said.removesuffix("\n").isprintable()) == (1, True)


def test_modified_manifest_of_a_backup_is_reported_without_control_characters(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise backups.BackupError(f"{EVIL} in archive.tar is not the file that was backed up: take another backup.")

    monkeypatch.setattr(backups, "restore", refuse)
    assert exit_code("restore", "archive.tar", "--only", "stream") == 1
    said = capfd.readouterr().err
    assert (said.count("\n"), said.removesuffix("\n").isprintable()) == (1, True)


def test_commands_of_accounts_escape_names(capfd: pytest.CaptureFixture[str]) -> None:
    User.objects.create_user(EVIL)
    call_command("end_sessions", user=EVIL)
    call_command("new_password", EVIL)
    said = capfd.readouterr().out
    assert [line for line in said.split("\n") if not line.isprintable()] == []
