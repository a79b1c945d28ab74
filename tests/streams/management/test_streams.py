"""streams split and streams merge, as an operator meets them."""

import io
import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from streams.core.records import StreamError
from streams.models import Audit
from streams.wiring import inspect_stream, open_stream, stream_names
from tests.commands import exit_code
from tests.streams.operations.test_deadletters import letter, statuses

pytestmark = pytest.mark.django_db
streams = partial(exit_code, "streams")
SHARDS = [f"shardId-{number:012}" for number in range(4)]


@pytest.fixture(autouse=True)
def own_stream(settings: Settings, tmp_path: Path) -> None:
    """A store of the test's own, with a stream of three shards."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    open_stream("trades").create(3)


def test_a_shard_is_split_and_its_child_is_merged(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams("split", "trades", SHARDS[0], "--at", str(1 << 100)) == 0
    assert streams("merge", "trades", "shardId-000000000004", SHARDS[1]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Split {SHARDS[0]} of trades into {SHARDS[3]} and shardId-000000000004.",
        f"Merged shardId-000000000004 and {SHARDS[1]} of trades into shardId-000000000005.",
    ]
    assert streams("status", "trades", "--json") == 0
    shards = json.loads(capsys.readouterr().out)["shards"]
    assert [shard["id"] for shard in shards if shard["open"]] == [SHARDS[2], SHARDS[3], "shardId-000000000005"]
    assert shards[5]["parents"] == ["shardId-000000000004", SHARDS[1]]
    assert shards[5]["hash_start"] == str(1 << 100)
    assert list(Audit.objects.order_by("pk").values_list("who", "action", "target")) == [
        ("the command line", "split", f"{SHARDS[0]} of trades"),
        ("the command line", "merge", f"shardId-000000000004 and {SHARDS[1]} of trades"),
    ]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["split", "trades", "shardId-000000000009"], 1, "The stream has no shard 'shardId-000000000009'."),
        (["split", "trades", SHARDS[0], "--at", "half"], 2, "argument --at: 'half' is not a hash"),
        (["split", "trades", SHARDS[0], "--at", "9" * 40], 2, "argument --at: "),
        (["split", "trades", SHARDS[0], "--at", "0"], 1, f"Shard {SHARDS[0]!r} cannot be split at 0"),
        (["merge", "trades", SHARDS[0], SHARDS[2]], 1, f"Shards {SHARDS[0]!r} and {SHARDS[2]!r} cannot be merged"),
        (["merge", "trades", SHARDS[0]], 2, "the following arguments are required: neighbour"),
        (["split", "nothing", SHARDS[0]], 1, "There is no stream 'nothing'."),
    ],
)
def test_failed_resharding_is_one_clear_sentence(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert streams(*words) == code
    said = capsys.readouterr()
    assert said.err.startswith(sentence)
    assert (said.err.count("\n"), said.out) == (1, "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_stream_is_deleted_once_its_name_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_stream("trades").put([("AMZN", b"{}")] * 1234)
    letter(1)
    monkeypatch.setattr("sys.stdin", Terminal("trade\ntrades\n"))
    assert streams("delete", "trades") == 1
    said = capsys.readouterr()
    assert "trades and 1,234 records would be deleted for good. 1 dead letter of it stays, to be looked at" in said.out
    assert said.err == "That is not its name; nothing was deleted.\n"
    assert streams("delete", "trades") == 0
    assert "Deleted trades. 1 dead letter of it stays" in capsys.readouterr().out
    assert (stream_names(), statuses()) == ([], ["kept"])


def test_script_deletes_a_stream_only_with_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("trades\n"))
    assert streams("delete", "trades") == 2
    assert capsys.readouterr().err == "trades and 0 records would be deleted for good. To do so, say --yes.\n"
    assert stream_names() == ["trades"]
    assert streams("delete", "trades", "--yes") == 0
    assert (capsys.readouterr().out, stream_names()) == ("Deleted trades.\n", [])


@pytest.mark.parametrize("name", ["team/trades", "a b", "é", "x" * 129, ""])
@pytest.mark.parametrize("words", ["streams create", "consume trades --stream", "produce trades --stream"])
def test_name_invalid_on_kinesis_is_refused_with_a_reason(
    words: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words.split(), name) == 2
    assert "is not a stream's name: 1 to 128 letters, digits, '_', '.' or '-'" in capsys.readouterr().err


def test_name_invalid_on_kinesis_is_refused_by_the_embedded_stream() -> None:
    with pytest.raises(StreamError, match="'team/trades' is not a stream's name"):
        open_stream("team/trades").create()


def test_name_invalid_on_kinesis_is_listed_and_can_be_removed_in_an_older_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "streams.sqlite3")) as older, older:
        older.execute("UPDATE streams SET name = 'team/trades'")
    assert streams("list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["name"] == "team/trades"
    assert streams("delete", "team/trades", "--yes") == 0


def test_stream_is_made_with_a_retention(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams("create", "kept", "--shards", "2", "--retention", "48") == 0
    assert open_stream("kept").describe().retention_hours == 48
    assert (streams("create", "other", "--retention", "8761"), "other" in stream_names()) == (2, False)


def test_record_is_put_from_an_argument_and_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert streams("put", "trades", "--key", "k", '{"a": 1}') == 0
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"\xff\n")))
    assert streams("put", "trades", "-") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert (first[:27], second[:26]) == ("Put 8 bytes into shardId-00", "Put 2 bytes into shardId-0")
    found = inspect_stream("trades")
    assert [(row.key == "k", row.size) for row in found.rows] == [(False, 2), (True, 8)]
    assert first.endswith(f"{found.rows[1].shard} of trades, sequence number {found.rows[1].number}.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["put", "nothing", "x"], "There is no stream 'nothing'."),
        (["put", "trades", "--key", "", "x"], "A partition key has 1 to 256 characters; this one has 0."),
        (["put", "trades", "--key", "k" * 257, "x"], "A partition key has 1 to 256 characters; this one has 257."),
        (["reshard", "nothing", "2"], "There is no stream 'nothing'."),
    ],
)
def test_refused_put_is_one_sentence(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert streams(*words) == 1
    assert capsys.readouterr().err.startswith(says)


def test_stream_is_resharded_to_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert [streams("reshard", "trades", count) for count in ("4", "1", "0")] == [0, 0, 2]
    assert capsys.readouterr().out.splitlines() == [
        "trades has 4 open shards instead of 3.",
        "trades has 1 open shard instead of 4.",
    ]
