"""manage.py produce tail, as an operator meets it."""

import json
import signal
from pathlib import Path

import pytest
from pytest_django import Settings

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from tests.commands import exit_code


def tail(*words: str) -> int:
    """Returns the exit code of the command; its handlers of signals, which hold its locks, are gone."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return exit_code("produce", "tail", "--config", *words)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def own_stream(settings: Settings, tmp_path: Path) -> None:
    """A store of the test's own."""
    settings.VAR_DIR = tmp_path / "var"
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "app.log").write_text('{"user": {"id": "u1"}}\nno JSON\nunfinished')
    (tmp_path / "tail.toml").write_text(
        f'[[flow]]\nname = "app"\nfiles = "{tmp_path}/app.log"\nstream = "lines"\nkey = {{field = "user.id"}}\n'
    )
    return str(tmp_path / "tail.toml")


def keys(folder: Path) -> list[str]:
    stream = EmbeddedStream(folder / "streams.sqlite3", "lines")
    return [key for batch in stream.read("shardId-000000000000", TRIM_HORIZON, 100).batches for key in batch.keys]


def test_lines_are_put_until_caught_up_and_once(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tail(config, "--until-caught-up", "--json") == 0
    told = capsys.readouterr()
    [flow] = json.loads(told.out)["flows"]
    assert (flow["records"], flow["size"], flow["keyless"]) == (2, 31, 1)
    assert told.err == "Created the stream lines with 1 shard.\n"
    with (tmp_path / "app.log").open("a") as file:
        file.write("\n")
    assert tail(config, "--until-caught-up") == 0
    assert capsys.readouterr().out.startswith("Put 1 record of 11 bytes into lines in ")
    assert (keys(tmp_path)[0], len(keys(tmp_path))) == ("u1", 3)


def test_report_tells_which_bytes_are_in(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tail(config, "--report") == 0
    inode = (tmp_path / "app.log").stat().st_ino
    file = f"inode {inode} ({tmp_path}/app.log"
    assert f"nothing of {file}) is in; 41 bytes remain." in capsys.readouterr().out
    tail(config, "--until-caught-up")
    (tmp_path / "app.log").rename(tmp_path / "app.log.1")
    capsys.readouterr()
    assert tail(config, "--report") == 0
    out = capsys.readouterr().out
    assert "app into lines: 2 records of 31 bytes are in." in out
    assert f"bytes 0–31 of inode {inode} ({tmp_path}/app.log.1, " in out
    assert "are in; 10 bytes remain." in out


def test_report_is_json_too(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    tail(config, "--until-caught-up")
    capsys.readouterr()
    assert tail(config, "--report", "--json") == 0
    [flow] = json.loads(capsys.readouterr().out)["flows"]
    [file] = flow["files"]
    assert (file["from"], file["to"], file["remain"], file["lost"], file["state"]) == (0, 31, 10, 0, "followed")
    assert len(file["fingerprint"]) == 16


def test_check_shows_the_first_record_and_puts_nothing(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.log").write_text('{"user": {"id": "\x1b[31m"}}\n')
    assert tail(config, "--check") == 0
    out = capsys.readouterr().out
    assert "app into lines: 1 file of " in out
    assert "\x1b" not in out
    assert not (tmp_path / "streams.sqlite3").exists()


def test_fault_of_the_configuration_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tail.toml").write_text('[[flow]]\nfile = "a"\n')
    assert tail(str(tmp_path / "tail.toml"), "--check") == 2
    assert "line 2: 'file' is not known; did you mean 'files'?" in capsys.readouterr().err
    assert tail(str(tmp_path / "none.toml")) == 2


def test_options_that_are_not_taken_are_told_at_the_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.json").write_text(
        '{"cloudwatch.emitMetrics": true,\n"flows": [{"filePattern": "/none/*", "kinesisStream": "lines"}]}'
    )
    assert tail(str(tmp_path / "agent.json"), "--until-caught-up") == 0
    assert "line 1: cloudwatch.emitMetrics is not taken: " in capsys.readouterr().err
