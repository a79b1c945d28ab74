"""manage.py sql export --to flink, of a folder and of a deployed version."""

from pathlib import Path

import pytest

from tests.commands import exit_code
from tests.sql.management.test_diff import folder

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]


def test_export_prints_flink_sql_of_a_folder_and_of_a_version(tmp_path: Path, capsys: Captured) -> None:
    path = folder(tmp_path / "a", 1)
    assert exit_code("sql", "export", path, "--to", "flink") == 0
    said = capsys.readouterr()
    assert "-- P (line 2): exact\nCREATE TEMPORARY VIEW `P pump` AS\n" in said.out
    assert said.err == "a: of 1 pump, 1 exact, 0 near, 0 cannot.\n"
    assert exit_code("sql", "deploy", "slow", path) == 0
    assert exit_code("sql", "export", "slow", "--to", "flink", "--output", str(tmp_path / "flink.sql")) == 0
    assert (tmp_path / "flink.sql").read_text() == said.out
    assert exit_code("sql", "export", "slow", str(tmp_path / "files")) == 0
    assert sorted(each.name for each in (tmp_path / "files").iterdir()) == ["application.sql", "application.toml"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["slow"], "Name the folder for the files, or write --to flink."),
        (["slow", "there", "--to", "flink"], "A script of Flink SQL is one file: write --output FILE."),
        (["./there", "--to", "flink"], "cannot be read"),
        (["slow", "--to", "flink"], "There is no SQL application 'slow'."),
    ],
)
def test_export_refuses_in_a_sentence(capsys: Captured, words: list[str], says: str) -> None:
    assert exit_code("sql", "export", *words) == 2
    assert says in capsys.readouterr().err
