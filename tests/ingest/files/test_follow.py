"""A file that grows, is truncated or replaced while its lines are put."""

from collections.abc import Callable
from pathlib import Path

from ingest.files.source import LineSource
from streams.engine.producer import AtRate
from tests.ingest.files.opened import opened


def added(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def taken(source: LineSource) -> list[bytes]:
    """Returns the lines that are there now."""
    return [line for _ in range(3) for _, line in source.take(100)]


def followed(path: Path, data: bytes, *words: str) -> tuple[LineSource, Callable[[], list[str]]]:
    """Returns the source of a file with that beginning, and a function that returns the notes since then."""
    path.write_bytes(data)
    source = opened(path, "--follow", *words)
    return source, lambda: [note.replace(str(path), "FILE") for note in source.notes()]


def test_added_lines_are_put_once_they_have_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    source, _ = followed(path, b"a\nb")
    assert taken(source) == [b"a"]
    added(path, b"c")
    assert taken(source) == []
    added(path, b"\nd\n")
    assert (taken(source), source.ended()) == ([b"bc", b"d"], False)
    source.end()


def test_a_truncated_file_is_told_and_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    source, said = followed(path, b"a\nb\nunfinished")
    assert (taken(source), len(said())) == ([b"a", b"b"], 1)
    path.write_bytes(b"c\n\0\n")
    assert taken(source) == [b"c"]
    assert said() == [
        "FILE was truncated; it is read from its start again. 10 bytes of an unfinished line are lost.",
        "FILE, line 2: it has a NUL character; the line is skipped.",
    ]
    source.end()


def test_a_replaced_file_is_told_and_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    source, said = followed(path, b"a\n")
    assert (taken(source), len(said())) == ([b"a"], 1)
    path.rename(tmp_path / "a.log.1")
    added(tmp_path / "a.log.1", b"b\n")
    assert taken(source) == [b"b"]
    path.write_bytes(b"c\n")
    assert taken(source) == [b"c"]
    assert [note.partition(" (")[0] for note in said()] == ["FILE was replaced; the new file is read from its start"]
    source.end()


def test_the_header_of_a_table_that_begins_anew_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    source, _ = followed(path, b'a,b\n1,"x\n', "--key", "a")
    assert taken(source) == []
    added(path, b'y"\n')
    assert taken(source) == [b'{"a":1,"b":"x\\ny"}']
    path.write_bytes(b"a,b\n2,z\n")
    assert taken(source) == [b'{"a":2,"b":"z"}']
    source.end()


def test_a_pause_of_a_live_source_is_not_made_up_for(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    source, _ = followed(path, b"x\n" * 3)
    pace = AtRate(source, 10)
    assert [len(pace.take(seconds, 100)) for seconds in (0.1, 1, 60)] == [1, 2, 0]
    added(path, b"x\n" * 100)
    assert [len(pace.take(seconds, 100)) for seconds in (60.1, 60.2, 61)] == [1, 1, 8]
    assert not pace.finished()
    source.end()
