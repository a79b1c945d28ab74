"""manage.py sql diff, between folders and between versions, with the rows over the records of a stream."""

import json
from pathlib import Path

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from tests.commands import exit_code
from tests.commands import own_store as own_store

pytestmark = pytest.mark.django_db(transaction=True)
Captured = pytest.CaptureFixture[str]
TOML = 'source = "clicks"\n[schema]\n[[schema.columns]]\nname = "ms"\ntype = "INTEGER"\n'
SCRIPT = """CREATE STREAM SLOW ("ms" INTEGER);
CREATE PUMP P AS INSERT INTO SLOW SELECT STREAM "ms" FROM SOURCE_SQL_STREAM_001 WHERE "ms" > {};
"""


def folder(path: Path, than: int) -> str:
    path.mkdir()
    (path / "application.toml").write_text(TOML)
    (path / "application.sql").write_text(SCRIPT.format(than))
    return str(path)


def test_diff_of_folders_needs_no_database(tmp_path: Path, capsys: Captured) -> None:
    one, other = folder(tmp_path / "a", 1), folder(tmp_path / "b", 2)
    (tmp_path / "in.jsonl").write_text("".join(f'{{"at":{ms},"ms":{ms}}}\n' for ms in range(5)))
    assert exit_code("sql", "diff", one, other, "--input", str(tmp_path / "in.jsonl"), "--arrived", "at") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [f"--- application.sql, {one}", f"+++ application.sql, {other}"]
    assert said[-3:] == [
        "Rows over 5 records, from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:00.004Z:",
        f"SLOW: 2 rows in both, 1 only in {one}, 0 only in {other}.",
        '- 1970-01-01T00:00:00.002Z {"ms":2}',
    ]
    assert exit_code("sql", "diff", one, other, "--input", str(tmp_path / "in.jsonl"), "--arrived", "at", "--json") == 0
    first, *_, slice_, counts, row = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"difference": f"--- application.sql, {one}"}
    assert (slice_["records"], slice_["computed"], slice_["cut"]) == (5, 5, "")
    assert counts == {"stream": "SLOW", "both": 2, "before": 1, "after": 0}
    assert (row["version"], row["times"], row["rowtime"], row["row"]) == (one, 1, "1970-01-01T00:00:00.002Z", {"ms": 2})
    assert exit_code("sql", "diff", one, other) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Rows: not compared; --input FILE says for which records."
    assert exit_code("sql", "diff", one, one) == 0
    assert capsys.readouterr().out == f"{one} and {one} have the same files.\n"


def test_diff_of_versions_computes_the_records_that_the_stream_holds(tmp_path: Path, capsys: Captured) -> None:
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "clicks")
    for than in (1, 3):
        assert exit_code("sql", "deploy", "slow", folder(tmp_path / str(than), than)) == 0
    capsys.readouterr()
    assert exit_code("sql", "diff", "slow", "1", "2") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Rows: There is no stream 'clicks'.")
    stream.create()
    assert exit_code("sql", "diff", "slow", "1", "2") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Rows: not compared; the stream clicks holds no record."
    stream.put([("k", b'{"ms":%d}' % ms) for ms in range(5)])
    assert exit_code("sql", "diff", "slow", "1", "2", "--minutes", "5") == 0
    said = capsys.readouterr().out.splitlines()
    assert (said[-4][:22], said[-3]) == (
        "Rows over 5 records, f",
        "SLOW: 1 row in both, 2 only in version 1, 0 only in version 2.",
    )
    assert [line[27:] for line in said[-2:]] == ['{"ms":2}', '{"ms":3}']
    assert exit_code("sql", "diff", "slow", "1", "2", "--no-rows") == 0
    assert "Rows" not in capsys.readouterr().out


def test_problems_of_a_script_are_told_one_a_line(tmp_path: Path, capsys: Captured) -> None:
    good, bad = folder(tmp_path / "a", 1), folder(tmp_path / "b", 1)
    pump = "CREATE PUMP {0} AS INSERT INTO SLOW SELECT STREAM {0} FROM SOURCE_SQL_STREAM_001;\n"
    script = SCRIPT.splitlines()[0] + "\n" + pump.format("A1") + pump.format("B1")
    (tmp_path / "b/application.sql").write_text(script)
    problems = [f'{line}:50: Column {name} not found; there is "ms".' for line, name in ((2, "A1"), (3, "B1"))]
    for verb in (["check"], ["explain"], ["run", "--input", "none"], ["export", "--to", "flink"], ["deploy", "name"]):
        assert exit_code("sql", *verb, bad) == 2
        said = capsys.readouterr()
        assert (said.out + said.err).splitlines() == problems
    assert exit_code("sql", "diff", good, bad) == 2
    assert capsys.readouterr().err == f"The script of {bad} cannot run: {problems[0]}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["none", "a"], "none is no folder. For two versions write: sql diff NAME A B"),
        (["slow", "one", "2"], "'one' is not the number of a version."),
        (["slow", "1", "2"], "There is no SQL application 'slow'."),
    ],
)
def test_diff_refuses_in_a_sentence(capsys: Captured, words: list[str], says: str) -> None:
    assert exit_code("sql", "diff", *words) == 2
    assert says in capsys.readouterr().err
