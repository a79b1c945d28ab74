"""manage.py sql discover, over a file and over a stream."""

import json
from pathlib import Path

import pytest

from streams.backends.embedded.stream import EmbeddedStream
from streams.wiring import newest_records
from tests.commands import exit_code
from tests.commands import own_store as own_store

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


def test_discover_reads_the_newest_records_of_a_stream(tmp_path: Path, capsys: Captured) -> None:
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "clicks")
    stream.create()
    stream.put([("k", b'{"a":"x"}')])
    stream.put([("k", b'{"a":%d}' % number) for number in range(3)])
    assert exit_code("sql", "discover", "--stream", "clicks", "--records", "3", "--json") == 0
    (column,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (column["name"], column["type"], column["of"]) == ("a", "INTEGER", 3)
    assert exit_code("sql", "discover", "--stream", "clicks", "--json") == 0
    (column,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (column["type"], column["kinds"]) == ("VARCHAR(32)", {"whole numbers": 3, "text": 1})


@pytest.mark.parametrize(("most", "size", "found"), [(10, 99, 4), (2, 99, 2), (10, 16, 2), (10, 1, 1)])
def test_newest_records_are_bounded_in_number_and_bytes(tmp_path: Path, most: int, size: int, found: int) -> None:
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "clicks")
    stream.create()
    stream.put([("k", b'{"a":%d}' % number) for number in range(4)])
    records = newest_records("clicks", most, size)
    assert [record[4] for record in records] == [b'{"a":%d}' % number for number in (3, 2, 1, 0)][:found]


def test_discover_says_why_there_is_no_schema(tmp_path: Path, capsys: Captured) -> None:
    EmbeddedStream(tmp_path / "streams.sqlite3", "quiet").create()
    assert exit_code("sql", "discover", "--stream", "quiet") == 2
    assert capsys.readouterr().err == "There is no record to discover a schema from.\n"
    assert exit_code("sql", "discover", "--input", str(tmp_path / "none")) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert exit_code("sql", "discover", "--stream", "none") == 1
    assert "There is no stream 'none'" in capsys.readouterr().err
    assert exit_code("sql", "discover") == 2
