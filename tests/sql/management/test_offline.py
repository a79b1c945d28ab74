"""`sql check`, `run` and `test` say how it went, also where there is nothing to print."""

from pathlib import Path

import pytest
from django.core.management import call_command

TOML = 'name = "t"\nsource = "t"\n[[columns]]\nname = "n"\ntype = "INTEGER"\n'
PUMP = 'CREATE STREAM O ("n" INTEGER); CREATE PUMP P AS INSERT INTO O SELECT STREAM "n" FROM SOURCE_SQL_STREAM_001;'
PEEK = 'SELECT STREAM "n" FROM SOURCE_SQL_STREAM_001;'
RECORD = '{"arrived": "2026-09-21T14:00:00Z", "data": {"n": 1}}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "application.toml").write_text(TOML)
    (tmp_path / "application.sql").write_text(PUMP)
    (tmp_path / "sample.jsonl").write_text(RECORD)
    return tmp_path


def sql(*words: object) -> int:
    """Returns the exit code of a command."""
    try:
        call_command("sql", *map(str, words))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (PUMP, "Checked 1 pump and 1 stream: nothing is wrong.\n"),
        (PUMP + PEEK, "Checked 1 pump and 1 stream, 1 SELECT alone: nothing is wrong.\n"),
        (PUMP.replace('"n" FROM', "CAST(1 AS DECIMAL) FROM"), "Checked 1 pump and 1 stream: 1 warning.\n"),
    ],
)
def test_check_says_how_much_it_checked(
    folder: Path, script: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "application.sql").write_text(script)
    assert (sql("check", folder), capsys.readouterr().err) == (0, told)


@pytest.mark.parametrize(
    ("records", "code", "told"),
    [
        ("", 2, "sample.jsonl holds no record.\n"),
        (RECORD.replace("{", "", 1), 2, "sample.jsonl, line 1 is no record"),
        (RECORD.replace('{"n": 1}', '"x"'), 1, "1 record could not be read. Record 1:"),
        (RECORD + RECORD.replace('{"n": 1}', '"x"'), 0, "1 record could not be read. Record 2:"),
    ],
)
def test_run_fails_if_no_record_can_be_read(
    folder: Path, records: str, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sample.jsonl").write_text(records)
    assert sql("run", folder, "--input", folder / "sample.jsonl") == code
    assert told in capsys.readouterr().err


def test_run_shows_the_rows_of_a_select_that_stands_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "application.sql").write_text(PEEK)
    assert sql("run", folder, "--input", folder / "sample.jsonl") == 0
    assert capsys.readouterr().out == ('{"stream":"QUERY_1","rowtime":"2026-09-21T14:00:00.000Z","row":{"n":1}}\n')


def test_test_says_how_to_get_sample_records(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "sample.jsonl").unlink()
    assert sql("test", folder) == 2
    assert "has no sample.jsonl, whose records a test runs; `" in capsys.readouterr().err
