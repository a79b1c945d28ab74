"""manage.py sql, consume and report with applications that are deployed."""

import json
from pathlib import Path

import pytest

from sql.live import deleting
from sql.live.models import SqlApplication, SqlBlob, SqlRow
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.models import Lease, ZonedDay, zoned_days
from streams.wiring import build_worker
from tests.commands import exit_code
from tests.sql.live.fake import files

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fake_programs")]
Captured = pytest.CaptureFixture[str]


def folder(path: Path, factor: int = 1, more: str = "") -> str:
    path.mkdir(exist_ok=True)
    for name, content in files(factor, more=more).items():
        (path / name).write_bytes(content)
    return str(path)


def test_deploy_consume_and_report_are_one_path(clicks: EmbeddedStream, tmp_path: Path, capsys: Captured) -> None:
    assert exit_code("sql", "deploy", "counts", folder(tmp_path / "a"), "--note", "the first") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "counts: version 1 begins with the oldest record of clicks."
    assert said[2] == "  OUT: rows in the view sql_counts_out"
    clicks.put([("a", b"1"), ("b", b"1")])
    assert exit_code("consume", "counts", "--until-caught-up") == 0
    capsys.readouterr()
    assert exit_code("report", "counts", "--output", "OUT", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["stream"], row["row"]["KEY"], row["row"]["TOTAL"]) for row in rows] == [
        ("OUT", "a", 1),
        ("OUT", "b", 1),
    ]
    assert exit_code("report", "counts", "--to", "2020-01-01T00:00:00Z") == 0
    assert capsys.readouterr().out == "Nothing yet.\n"
    assert exit_code("report", "counts", "--output", "NO") == 1
    assert "It stores those of: OUT." in capsys.readouterr().err


def test_deploy_of_the_same_files_makes_no_version(clicks: EmbeddedStream, tmp_path: Path, capsys: Captured) -> None:
    for factor, version in ((1, 1), (1, 1), (2, 2)):
        assert exit_code("sql", "deploy", "counts", folder(tmp_path / "a", factor)) == 0
        assert SqlApplication.objects.get().active == version
    assert "counts: nothing changed; version 1 runs." in capsys.readouterr().out
    capsys.readouterr()
    assert exit_code("sql", "diff", "counts", "1", "2") == 0
    assert capsys.readouterr().out.splitlines()[:5] == [
        *("--- application.sql, version 1", "+++ application.sql, version 2", "@@ -1 +1 @@", "-1", "+2")
    ]
    assert exit_code("sql", "rollback", "counts") == 0
    assert exit_code("sql", "export", "counts", str(tmp_path / "b")) == 0
    written = {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert written == files(1)
    assert exit_code("sql", "versions", "counts", "--json") == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [(row["version"], row["runs"]) for row in rows] == [(2, False), (1, True)]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("parallel = true\n", "parallel = true cannot be: It counts all."),
        ('input = ""\n', "application.toml: 'input' must be the name of a stream"),
    ],
)
def test_deploy_refuses_a_folder_in_a_sentence(tmp_path: Path, capsys: Captured, more: str, says: str) -> None:
    assert exit_code("sql", "deploy", "counts", folder(tmp_path / "a", more=more)) == 2
    assert says in capsys.readouterr().err
    assert not SqlApplication.objects.exists()


def test_deploy_refuses_another_stream_and_names_that_are_taken(tmp_path: Path, capsys: Captured) -> None:
    assert exit_code("sql", "deploy", "counts", folder(tmp_path / "a")) == 0
    (tmp_path / "a/application.toml").write_bytes(files(source="others")["application.toml"])
    assert exit_code("sql", "deploy", "counts", str(tmp_path / "a")) == 2
    assert exit_code("sql", "deploy", "orders", str(tmp_path / "a")) == 2
    assert exit_code("sql", "versions", "nobody") == 2
    said = capsys.readouterr().err
    assert "counts reads the stream 'clicks', and a version cannot change that" in said
    assert "orders is an application of Millrace itself" in said
    assert "There is no SQL application 'nobody'. There are: counts." in said


def test_delete_takes_rows_files_and_leases_with_it(clicks: EmbeddedStream, tmp_path: Path, capsys: Captured) -> None:
    exit_code("sql", "deploy", "counts", folder(tmp_path / "a"))
    clicks.put([("a", b"1")] * 3)
    assert exit_code("consume", "counts", "--until-caught-up") == 0
    zoned_days.note_kept("counts", "clicks", 4 * 3600)
    assert exit_code("sql", "delete", "counts") == 2
    assert exit_code("sql", "delete", "counts", "--yes") == 0
    assert "counts is deleted, with 3 rows." in capsys.readouterr().out
    left = [model.objects.count() for model in (SqlApplication, SqlRow, SqlBlob, Lease, ZonedDay)]
    assert left == [0, 0, 0, 0, 0]
    assert exit_code("consume", "counts") == 2
    assert "There is no application 'counts'" in capsys.readouterr().err


def test_delete_is_refused_while_a_worker_goes_on(
    clicks: EmbeddedStream, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "PATIENCE", 0.0)
    exit_code("sql", "deploy", "counts", folder(tmp_path / "a"))
    worker = build_worker("counts", "clicks", TRIM_HORIZON)
    worker.step()
    assert exit_code("sql", "delete", "counts", "--yes") == 1
    assert "A worker of counts still reads clicks." in capsys.readouterr().err
    worker.close()
    assert exit_code("sql", "delete", "counts", "--yes") == 0
