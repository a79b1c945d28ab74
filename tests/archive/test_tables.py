"""Files become tables: every line is a row or a bad line, and the former table stays until the new one is whole."""

import csv
import errno
import gzip
import io
import json
import lzma
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from pytest_django import Settings

from archive import sweeping, verifying
from archive.models import FileTable, TablePart
from archive.stores.base import StoreError
from archive.stores.local import LocalStore
from archive.stores.opening import opened
from archive.tables import storing
from archive.tables.importing import Job, Outcome, import_table
from archive.tables.spec import Spec, columns_of, places_of
from archive.tables.storing import TableError
from streams.sources.base import SourceError
from tests.commands import exit_code

Import = Callable[..., Outcome]
VISITS = b"store|day|visitors\na|2017-04-01|25\nb|2017-04-02|x\nc|2017-04-03|7\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    return tmp_path


@pytest.fixture
def load(db: None, tmp_path: Path) -> Import:
    """Returns a function that imports bytes as the table `t`."""

    def run(content: bytes, *, append: bool = False, most: int = 1 << 30, **said: Any) -> Outcome:
        path = tmp_path / "FILE"
        path.write_bytes(content)
        return import_table(Job("t", path, "FILE", Spec(**said), most, append=append), opened())

    return run


def rows(kind: str = "rows") -> list[dict[str, Any]]:
    """Returns the rows of the table `t`, or its bad lines."""
    parts = TablePart.objects.filter(table="t", kind=kind, state=TablePart.KEPT).order_by("pk")
    return [row for part in parts for row in pq.read_table(io.BytesIO(opened().get(part.path))).to_pylist()]


def stored(folder: Path) -> int:
    return len(list(LocalStore(folder / "archive").paths("")))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, zstandard.compress])
def test_import_reads_packed_pipe_files_and_finds_types(load: Import, pack: Callable[[bytes], bytes]) -> None:
    outcome = load(pack(VISITS.replace(b"|x", b"|")))
    assert outcome.table.columns == [["store", "text"], ["day", "date"], ["visitors", "int"]]
    assert [(row["store"], str(row["day"]), row["visitors"]) for row in rows()] == [
        ("a", "2017-04-01", 25), ("b", "2017-04-02", None), ("c", "2017-04-03", 7)]  # fmt: skip


def test_line_that_does_not_fit_a_declared_type_is_told_and_kept(load: Import) -> None:
    outcome = load(VISITS, types=columns_of("visitors:int"))
    assert outcome.notes == ["FILE, line 3: 'visitors' is no int ('x'); the line is kept in t/errors."]
    assert rows("errors") == [{"_line": 3, "_error": "'visitors' is no int ('x')", "_text": "b|2017-04-02|x",
                               "_raw": None, "_file": "FILE"}]  # fmt: skip
    assert (outcome.table.rows, outcome.table.bad, len(rows())) == (2, 1, 2)


def test_column_is_text_for_all_rows_where_a_late_row_widens_it(load: Import) -> None:
    many = b"".join(b"%d,%d%s\n" % (n, n, b" " * 1000) for n in range(2000))  # more than is read at once
    outcome = load(b"id,n\n" + many + b"x,0.5\n")
    assert outcome.notes == ["The column 'id' is text, since line 2,002 has 'x'."]
    assert outcome.table.columns == [["id", "text"], ["n", "double"]]
    assert (rows()[77], rows()[-1], len(rows())) == ({"id": "77", "n": 77.0}, {"id": "x", "n": 0.5}, 2001)


FORMS: dict[str, tuple[bytes, dict[str, Any], list[dict[str, Any]]]] = {
    "tab": (b"a\tb\n1\tx\n", {}, [{"a": 1, "b": "x"}]),
    "declared": (b"1~2.5\n", {"delimiter": "~", "columns": columns_of("a:text,b:double")}, [{"a": "1", "b": 2.5}]),
    "header and names": (b"A,B\n1,2\n", {"columns": columns_of("a,b")}, [{"a": 1, "b": 2}]),
    "byte order mark": (b"\xef\xbb\xbfa,b\r\n1,x\r\n", {}, [{"a": 1, "b": "x"}]),
    "windows-1252": (b"a,b\n1,caf\xe9\n", {}, [{"a": 1, "b": "caf\u00e9"}]),
    "utf-16": ("a,b\n1,x\n".encode("utf-16"), {}, [{"a": 1, "b": "x"}]),
    "quotes": (b'a,b\n"1","x, ""y""\nz"\n', {}, [{"a": 1, "b": 'x, "y"\nz'}]),
    "no quotes": (b'a|b\n5" pipe|x\n', {"quotes": False}, [{"a": '5" pipe', "b": "x"}]),
    "decimal comma": (b"a;b\n1.234,50;7\n", {"decimal_comma": True}, [{"a": 1234.5, "b": 7}]),
    "null": (b"a,b\nNA,NA\n1,x\n", {"null": "NA"}, [{"a": None, "b": None}, {"a": 1, "b": "x"}]),
    "text": (b"a,b\n1,2\n", {"text": True}, [{"a": "1", "b": "2"}]),
    "codes": (b"a,b\n007,12345678901234567890\n", {}, [{"a": "007", "b": "12345678901234567890"}]),
    "empty text": (b"a,b\n,x\n", {}, [{"a": "", "b": "x"}]),
    "skip": (b"a report\n\nx,y\n1,2\n", {"skip": 2}, [{"x": 1, "y": 2}]),
    "fixed": (b"id  name      n\n1   Ann B.    7\n", {"fixed": places_of("1-4,5-14,15-16")},
              [{"id": 1, "name": "Ann B.", "n": 7}]),
    "pattern": (b"12:a\n", {"format": r"(?P<n>\d+):(?P<x>.)"}, [{"n": 12, "x": "a"}]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_import_reads_the_form(load: Import, form: str) -> None:
    content, said, wanted = FORMS[form]
    assert (load(content, **said).bad, rows()) == (0, wanted)


def test_import_reads_dates_by_a_format(load: Import) -> None:
    load(b"1,3/4/2017,01/Apr/2017:10:00:00 +0200\n", columns=columns_of("n,d:date:%d/%m/%Y,t:timestamp:%d/%b/%Y:%X %z"))
    assert [str(value) for value in rows()[0].values()] == ["1", "2017-04-03", "2017-04-01 08:00:00"]


LOG = (
    b'1.2.3.4 - - [10/Oct/2026:13:55:36 +0200] "GET / HTTP/1.1" 200 2326 "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
    b' AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"\nno log line\n'
    b'1.2.3.4 - ann [10/Oct/2026:13:55:37 +0200] "GET /a HTTP/1.1" 304 - "-" "-"\n'
)


def test_access_log_has_typed_columns_and_the_families_of_its_agents(load: Import) -> None:
    assert "FILE is read as an access log of the format combined, judged by its first line." in load(LOG).notes
    first, second = rows()
    assert (str(first["datetime"]), first["response"], first["bytes"], first["request"]) == (
        "2026-10-10 11:55:36", 200, 2326, "GET / HTTP/1.1")  # fmt: skip
    assert [first[name] for name in ("os", "browser", "device")] == ["Windows", "Chrome", "Other"]
    assert [second[name] for name in ("authuser", "bytes", "agent", "os")] == ["ann", None, None, None]
    assert [(row["_line"], row["_error"]) for row in rows("errors")] == [(2, "it does not match the pattern")]


def test_import_replaces_or_appends_and_removes_the_files_that_went(load: Import, folder: Path) -> None:
    load(b"a,b\n1,x\n")
    load(b"b,a\ny,2\n", append=True)
    assert (rows(), FileTable.objects.get().rows) == ([{"a": 1, "b": "x"}, {"b": "y", "a": 2}], 2)
    assert load(b"a,b\n3,z\nq,z\n", append=True).bad == 1
    load(b"c\n5\n")
    assert (rows(), FileTable.objects.get().columns, stored(folder)) == ([{"c": 5}], [["c", "int"]], 1)


REFUSED: list[tuple[bytes, dict[str, Any], str]] = [
    (b"", {}, "FILE is empty"),
    (b"PAR1....", {}, "FILE is a Parquet file"),
    (b'{"a":1}\n', {}, "FILE is JSON"),
    (b"a,A\n1,2\n", {}, "two columns called 'A'"),
    (b"a,b\n1\n", {}, "No row could be made of FILE. FILE, line 2: it has not as many columns"),
    (b"a,b\n1,2\n", {"types": columns_of("z:int")}, "FILE has no column 'z'"),
    (b"a,b\n" + b"1,2\n" * 1000, {"most": 1000}, "FILE has more than 1,000 bytes unpacked"),
    (b"q,r\n1,2\n", {"append": True}, "t has the columns a, b, and this file has q, r"),
    (b"x\n", {"format": "(a+)+b"}, "The pattern"),
    (b"x\n", {"format": "apache"}, "is neither a pattern nor one of"),
    (zstandard.compress(b"a,b\n1,2\n" * 1000)[:-9], {}, "FILE cannot be read"),
]


@pytest.mark.parametrize(("content", "said", "says"), REFUSED)
def test_import_that_is_refused_leaves_the_former_table(
    load: Import, folder: Path, content: bytes, said: dict[str, Any], says: str
) -> None:
    load(b"a,b\n1,x\n")
    with pytest.raises((SourceError, TableError), match=says.replace("'", ".")):
        load(content, **said)
    assert (rows(), stored(folder), TablePart.objects.count()) == ([{"a": 1, "b": "x"}], 1, 1)


def test_crash_leaves_the_former_table_and_files_that_a_sweep_removes(
    load: Import, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(b"a,b\n1,x\n")
    with monkeypatch.context() as patch:
        patch.setattr(storing, "keep", lambda *_, **__: 1 / 0)
        patch.setattr(storing, "abandon", lambda *_: None)  # as if the process had been killed
        with pytest.raises(ZeroDivisionError):
            load(b"a,b\n2,y\n")
    assert (rows(), stored(folder), storing.sweep(opened(), timezone.now())) == ([{"a": 1, "b": "x"}], 2, 0)
    assert storing.sweep(opened(), timezone.now() + 2 * storing.LONGEST_IMPORT) == 1
    assert (rows(), stored(folder)) == ([{"a": 1, "b": "x"}], 1)


def test_files_of_tables_are_not_left_over_from_a_stream_named_tables(load: Import) -> None:
    load(b"a,b\n1,x\n")
    later = timezone.now() + 2 * storing.LONGEST_IMPORT
    assert (list(verifying.verify("tables", opened(), "archive")), sweeping.clean("tables", opened(), later)) == ([], 0)


def test_store_that_fails_leaves_the_former_table(load: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    load(b"a,b\n1,x\n")
    with monkeypatch.context() as patch, pytest.raises(StoreError):
        patch.setattr(LocalStore, "put", fail)
        load(b"a,b\n2,y\n")
    assert (rows(), TablePart.objects.count()) == ([{"a": 1, "b": "x"}], 1)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=5)


@pytest.mark.django_db
@bounds(max_examples=10)
@given(st.lists(st.lists(CELL | st.integers(-99, 99).map(str), min_size=1, max_size=4), min_size=1), st.data())
def test_rows_and_bad_lines_are_those_of_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], data: st.DataObject
) -> None:
    delimiter = data.draw(st.sampled_from("|,\t;~"))
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=1 if data.draw(st.booleans()) else 0).writerows(
        [["a", "b"], *table]
    )
    path = tmp_path_factory.mktemp("csv") / "FILE"
    path.write_text(text.getvalue(), newline="")
    good = [row for row in table if len(row) == 2]
    job = Job("t", path, "FILE", Spec(delimiter=delimiter, text=True), 1 << 20)
    if not good:
        with pytest.raises(TableError):
            import_table(job, opened())
        return
    outcome = import_table(job, opened())
    assert ([list(row.values()) for row in rows()], outcome.bad) == (good, len(table) - len(good))


@pytest.mark.long  # the question has a process of its own
def test_tables_are_imported_asked_shown_listed_and_removed(
    db: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "visits.txt").write_bytes(VISITS)
    options = ("--types", "visitors:int", "--json")
    assert exit_code("tables", "import", "visits", str(folder / "visits.txt"), *options) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["bad"], found["source"]) == (2, 1, str(folder / "visits.txt"))
    assert exit_code("ask", 'SELECT sum(visitors) v, (FROM "visits/errors" SELECT _line) l FROM visits', "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"v": 32, "l": 3}
    assert (exit_code("tables", "show", "visits"), exit_code("tables", "list"), stored(folder)) == (0, 0, 2)
    assert "visitors  int" in capsys.readouterr().out
    assert (exit_code("tables", "remove", "visits"), stored(folder), exit_code("tables", "show", "visits")) == (0, 0, 2)
    assert capsys.readouterr().err == "There is no table visits. The tables are: none yet.\n"


@pytest.mark.parametrize("words", [["Visits", "x"], ["v", "/nothing"], ["v", "x", "--columns", "a:number"],
                                   ["v", "x", "--fixed", "5-1"], ["records", "x"], ["v", "s3://bucket"]])  # fmt: skip
def test_import_refuses_bad_input_in_a_sentence(db: None, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert exit_code("tables", "import", *words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_standard_input_is_taken_up_to_its_bound(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TABLES_STDIN = 12
    for content in (b"a,b\n1,2\n", b"a,b\n1,2\n3,4\n5,6\n"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
        with suppress(SystemExit):
            call_command("tables", "import", "visits", "-")
    says = "Standard input has more than 12 bytes, which TABLES_STDIN allows. Set it higher, or import a file.\n"
    assert (FileTable.objects.get().rows, capsys.readouterr().err.endswith(says)) == (1, True)


def test_standard_input_that_fills_the_disk_is_told_in_a_sentence(
    db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full:
        def read(self, most: int) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=Full()))
    assert exit_code("tables", "import", "visits", "-") == 1
    says = capsys.readouterr().err
    assert ("No space left on device. Set TMPDIR" in says, says.count("\n")) == (True, 1)


def test_import_tells_how_many_lines_it_has_read(db: None, tmp_path: Path) -> None:
    seen: list[int] = []
    (tmp_path / "a.csv").write_bytes(b"n\n" + b"1\n" * 800_000)
    job = Job("numbers", tmp_path / "a.csv", "a.csv", Spec(), 1 << 30, progress=seen.append)
    assert import_table(job, opened()).rows == 800_000
    assert (seen == sorted(seen), len(seen) > 1, seen[-1]) == (True, True, 800_001)
