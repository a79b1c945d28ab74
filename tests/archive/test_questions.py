"""Questions read the archive and nothing else, within bounds, and end when they are told to."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archive.models import ArchivedFile
from archive.questions import tables
from archive.questions.asking import AskError, Bounds, CancelledError, Question
from archive.questions.preparing import prepared
from archive.questions.request import Column, Form, Table
from archive.stores.local import LocalStore
from archive.stores.opening import opened
from streams.backends.embedded.stream import EmbeddedStream
from tests.archive.conftest import Archive
from tests.archive.test_archive import DATAS, put

HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM parquet_metadata('{other}')",
    "SELECT * FROM sqlite_scan('{other}', 'x')",
    "COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
    "EXPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/a.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_parquet('https://127.0.0.1:9/x')",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "SET allowed_paths = ['/etc/passwd']",
    "PRAGMA memory_limit='99GB'",
    "CREATE TABLE t AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
    "SELECT getenv('HOME')",
    "SELECT",
    "",
]


@pytest.fixture
def things(stream: EmbeddedStream, archive: Archive) -> Path:
    """Archives six records; returns the path of the file with those that are objects."""
    put(stream, DATAS)
    archive()
    return Path(opened().url(ArchivedFile.objects.get(kind="records").path))


def ask(sql: str, **bounds: float) -> list[list[object]]:
    with prepared(tables.named(sql), opened()) as ready:
        return Question(sql, ready, Bounds(**bounds)).answer().rows  # type: ignore[arg-type]


def test_question_counts_the_records_of_a_stream_and_of_its_errors(things: Path) -> None:
    assert tables.groups()[0].names == ["things", "things/errors"]
    assert ask("SELECT count(*), sum(n) FROM things") == [[3, 4.0]]
    assert ask('SELECT _error, count(*) FROM "things/errors" GROUP BY 1 ORDER BY 1') == [
        ["not-an-object", 1],
        ["not-json", 2],
    ]


def test_question_reads_files_with_other_columns_as_one_table(
    things: Path, stream: EmbeddedStream, archive: Archive
) -> None:
    put(stream, [b'{"later":true}'])
    archive()
    assert ask("SELECT count(*), count(later) FROM things") == [[4, 1]]


@pytest.mark.parametrize("sql", HOSTILE)
def test_question_reaches_nothing_but_its_tables(things: Path, tmp_path: Path, sql: str) -> None:
    other = tmp_path / "other.parquet"
    other.write_bytes(things.read_bytes())
    before = things.read_bytes()
    with pytest.raises(AskError):
        ask(f"{sql} -- things".format(other=other, file=things, folder=tmp_path))
    assert (things.read_bytes(), sorted(path.name for path in tmp_path.iterdir())) == (before, sorted_names(tmp_path))


def sorted_names(folder: Path) -> list[str]:
    known = {"archive", "other.parquet", "streams.sqlite3", "streams.sqlite3-shm", "streams.sqlite3-wal"}
    return sorted(path.name for path in folder.iterdir() if path.name in known)


@pytest.mark.parametrize(
    ("bounds", "sql", "says"),
    [
        (
            {"seconds": 1},
            "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range",
            "longer than 1 s",
        ),
        ({"megabytes": 64}, "SELECT list(range) FROM range(100000000)", "emory"),
    ],
)
def test_question_ends_at_its_bounds(bounds: dict[str, float], sql: str, says: str) -> None:
    with pytest.raises(AskError, match=says):
        Question(sql, [], Bounds(**bounds)).answer()  # type: ignore[arg-type]


def test_question_says_that_its_answer_was_cut() -> None:
    rows = Question("SELECT * FROM range(100)", [], Bounds(rows=7)).answer()
    wide = Question("SELECT repeat('x', 1000) FROM range(100)", [], Bounds(answer=10_000)).answer()
    assert (len(rows.rows), rows.cut, len(wide.rows) < 10, wide.cut) == (7, True, True, True)


def test_question_is_cancelled() -> None:
    question = Question("SELECT count(*) FROM range(100000000000) a, range(99) b WHERE a.range < b.range", [])
    looks = iter([False, False, True])
    with pytest.raises(CancelledError):
        question.answer(stopped=lambda: next(looks))


def test_error_of_a_question_has_its_line() -> None:
    sql = "SELECT count(*) -- ü\nFROM range(3)\nWHERE x = 1"
    with pytest.raises(AskError, match='column "x" not found') as told:
        Question(sql, []).answer()
    assert told.value.line == 3


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_answer_is_a_file_of_all_rows_or_none(form: Form) -> None:
    sql = "SELECT range AS n, '=1' AS text, [1] AS list, DATE '2026-01-02' AS day FROM range(50000)"
    content = b"".join(Question(sql, [], form=form, bounds=Bounds(rows=50_000)).pieces())
    if form == "parquet":
        table = pq.read_table(pa.BufferReader(content))
        assert (table.num_rows, table["n"][-1].as_py(), table.column_names[-1]) == (50_000, 49_999, "day")
    else:
        lines = content.decode().splitlines()
        assert (lines[:2], len(lines)) == (["n,text,list,day", "0,'=1,[1],2026-01-02"], 50_001)
    with pytest.raises(AskError, match="more than 100 rows"):
        list(Question(sql, [], form=form, bounds=Bounds(rows=100)).pieces())
    with pytest.raises(AskError, match="syntax"):
        list(Question("SELECT FROM WHERE", [], form=form).pieces())


def test_file_takes_values_of_odd_types_or_says_why_not() -> None:
    odd = "SELECT DATE '9999-12-31' + 1000 AS day, INTERVAL 3 DAY AS long, [1] AS list, '\\xAA'::BLOB AS bytes"
    content = b"".join(Question(odd, [], form="csv").pieces()).decode()
    assert content == 'day,long,list,bytes\r\n10002-09-26,"3 days, 0:00:00",[1],aa\r\n'
    with pytest.raises(AskError, match=r"does not go into a Parquet file: .+\. Cast the column, or take CSV"):
        list(Question(odd, [], form="parquet").pieces())


def test_question_refuses_a_text_without_bound() -> None:
    with pytest.raises(AskError, match="20,000"):
        Question("x" * 20_001, [Table("t", [])])


def test_column_that_no_file_has_is_null(things: Path) -> None:
    asked = Table("things", [str(things)], columns=[Column("_sub", "INTEGER"), Column("later", "BIGINT")])
    assert Question("SELECT DISTINCT _sub, later FROM things", [asked]).answer().rows == [[0, None]]


def test_question_reads_a_table_without_files_as_empty() -> None:
    empty = Table("bare", [], columns=[Column("a b", "BIGINT"), Column("day", "DATE")])
    answer = Question("SELECT * FROM bare", [empty]).answer()
    assert (answer.columns, answer.rows) == ([Column("a b", "BIGINT"), Column("day", "DATE")], [])


def test_table_tells_its_columns_rows_and_bytes(things: Path) -> None:
    [found] = tables.named("THINGS")
    assert (found.rows, found.size) == (3, things.stat().st_size)
    told = Question("SELECT * FROM things", [Table("things", [str(things)])]).answer().columns
    assert sorted(told, key=str) == sorted(found.columns, key=str)


def test_table_is_named_only_by_its_whole_name(things: Path) -> None:
    named = {
        sql: [table.name for table in tables.named(sql)]
        for sql in ('SELECT * FROM "things/errors"', "SELECT * FROM thingsx, xthings", 'FROM "Things" JOIN things')
    }
    assert list(named.values()) == [["things/errors"], [], ["things"]]


@pytest.fixture
def other_tables(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets a test provide tables that end with it."""
    monkeypatch.setattr(tables, "_providers", [*tables._providers])
    return Path()


def test_table_of_a_later_provider_yields_its_name_to_an_earlier_one(things: Path, other_tables: Path) -> None:
    later = tables.Provider(
        title="Later",
        names=lambda: ["THINGS", "more"],
        table=lambda name: tables.Table(name=name, columns=[]),
        rank=9,
    )
    tables.provide(later)
    [found] = tables.named("things")
    assert (tables.groups()[-1].names, found.rows) == (["more"], 3)


@pytest.mark.django_db
def test_table_that_is_made_is_read_and_goes_with_the_question(other_tables: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> list[Path]:
        made.append(folder / "a.parquet")
        pq.write_table(pa.table({"n": [1, 2]}), made[0])
        return made

    table = tables.Table(name="made", columns=[Column("n", "BIGINT")], make=make)
    tables.provide(tables.Provider(title="Made", names=lambda: ["made"], table=lambda name: table))
    assert (ask("SELECT sum(n) FROM made"), made[0].exists()) == ([[3]], False)


class Away(LocalStore):
    """Is a store whose files no address of this machine reaches, as those of S3."""

    def url(self, path: str) -> str:
        return f"s3://away/{path}"


def test_question_fetches_the_files_of_a_store_that_is_away(things: Path, tmp_path: Path) -> None:
    found = tables.named("things")
    with prepared(found, Away(Path(opened().url("")))) as ready:
        rows = Question("SELECT count(*) FROM things", ready).answer().rows
    assert (rows, Path(ready[0].paths[0]).exists()) == ([[3]], False)
    with pytest.raises(tables.TableError, match="at most"), prepared(found, Away(tmp_path), most=10):
        pass
