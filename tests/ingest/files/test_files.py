"""Files as sources of lines: packings, encodings, formats, damage, and files made to harm."""

import bz2
import gzip
import lzma
import os
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zstandard
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.files import kind as lines_source
from ingest.files.splitting import MAX_LINE
from streams.applications import sources
from streams.sources.base import LiveSource, SourceError
from streams.sources.frames import MAX_XZ
from tests.ingest.files.opened import all_of, opened, read

PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "bz2": bz2.compress,
}


def texts(path: Path, data: bytes, *words: str) -> tuple[list[bytes], list[str]]:
    """Returns the records of a file of plain text, and its notes."""
    entries, said = read(path / "a.bin", "--format", "text", *words, data=data)
    return [line for _, line in entries], said


def test_the_source_is_registered_and_keeps_the_contract(tmp_path: Path) -> None:
    kind = sources()["lines"]
    assert (kind, kind.names_stream, kind.rate) == (lines_source.SOURCE, False, 0)
    (tmp_path / "a.log").write_bytes(b"x\n" * 10)
    source = opened(tmp_path / "a.log")
    assert isinstance(source, LiveSource)
    assert [len(source.take(4)) for _ in range(4)] == [4, 4, 2, 0]
    assert (source.ended(), source.skipped) == (True, 0)


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packed_file_is_recognised_by_its_bytes(packing: str, tmp_path: Path) -> None:
    pack = PACKINGS[packing]
    assert texts(tmp_path, pack(b"a\nb\n") + pack(b"c\n")) == ([b"a", b"b", b"c"], [])


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packed_file_that_is_cut_short_gives_its_lines_and_then_an_error(packing: str, tmp_path: Path) -> None:
    data = PACKINGS[packing](os.urandom(200_000).hex("\n", 10).encode())
    (tmp_path / "a.log").write_bytes(data[:-5])
    source, found = opened(tmp_path / "a.log"), 0
    with pytest.raises(SourceError, match=r"a\.log cannot be read after line [\d,]+: "):
        while not source.ended():
            found += len(source.take(1000))
    assert (0 < found < 20_000, len(source.end())) == (True, 1)


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_bomb_is_unpacked_in_bounded_memory(packing: str, tmp_path: Path) -> None:
    whole = PACKINGS[packing](bytes(MAX_LINE)) * 8  # frames follow each other
    (tmp_path / "a.log").write_bytes(whole + PACKINGS[packing](b"\nx\n"))
    tracemalloc.start()
    entries, said = read(tmp_path / "a.log", "--format", "text")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ([line for _, line in entries], peak < 48 << 20) == ([b"x"], True)
    assert said == ["FILE, line 1: it is longer than 10,485,760 bytes (83,886,080 bytes); the line is skipped."]


def test_an_xz_header_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2 * MAX_XZ}]
    with pytest.raises(SourceError, match="cannot be read: Memory usage limit exceeded"):
        texts(tmp_path, lzma.compress(b"x\n", filters=filters))


TEXT_FORMS: dict[str, tuple[bytes, list[str], list[bytes]]] = {  # by name: a file, options, the records
    "no end of the last line": (b"a\nb", [], [b"a", b"b"]),
    "ends of Windows": (b"a\r\n\r\nb\r\n", [], [b"a", b"b"]),
    "UTF-8": ("\ufeff\u0416\U0001f600\n".encode(), [], ["\u0416\U0001f600".encode()]),
    "Windows-1252": (b"caf\xe9\na\n", [], ["caf\u00e9".encode(), b"a"]),
    "a named encoding": ("カップ\n".encode("cp932"), ["--encoding", "cp932"], ["カップ".encode()]),
    "UTF-16": ("\u0416\na\n".encode("utf-16"), [], ["\u0416".encode(), b"a"]),
    "UTF-32": ("\u0416\na\n".encode("utf-32"), ["--encoding", "utf-32"], ["\u0416".encode(), b"a"]),
    "blanks": (b"\n  \n x \n", [], [b" x "]),
}


@pytest.mark.parametrize("name", TEXT_FORMS)
def test_each_form_of_text_is_read(name: str, tmp_path: Path) -> None:
    data, words, expected = TEXT_FORMS[name]
    assert texts(tmp_path, data, *words) == (expected, [])


@pytest.mark.parametrize("name", ["a", "a.csv", "a.jsonl"])
def test_an_empty_file_is_told_and_no_error(name: str, tmp_path: Path) -> None:
    assert read(tmp_path / name, data=b"") == ([], ["FILE is empty."])


@pytest.mark.parametrize(
    ("line", "words", "reason"),
    [
        (b"\0", [], "it has a NUL character"),
        (b"a\0b", [], "it has a NUL character"),
        ("ЖЖЖ".encode("cp1251"), [], "it is neither UTF-8 nor plainly Windows-1252 (say --encoding)"),
        (b"\x81\xff", ["--encoding", "cp932"], "it is not cp932"),
        (b"x" * (MAX_LINE + 1), [], "it is longer than 10,485,760 bytes (10,485,761 bytes)"),
        (b"x" * MAX_LINE, [], "its record is larger than 1,048,576 bytes with its key (10,485,776 bytes)"),
    ],
    ids=range(6),
)
def test_a_line_that_no_stream_takes_is_told(line: bytes, words: list[str], reason: str, tmp_path: Path) -> None:
    assert texts(tmp_path, b"a\n" + line + b"\nb\n", *words) == (
        [b"a", b"b"],
        [f"FILE, line 2: {reason}; the line is skipped."],
    )


def test_a_stream_of_large_records_takes_large_lines(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" * (MAX_LINE - 16) + b"\n")
    source = opened(tmp_path / "a.log")
    source.accept(MAX_LINE)
    assert ([len(line) for _, line in all_of(source)], source.skipped) == ([MAX_LINE - 16], 0)


def test_bad_lines_beyond_the_first_are_counted_by_reason(tmp_path: Path) -> None:
    entries, said = read(tmp_path / "a", "--format", "json", "--key", "a", data=b'{"a":1}\n{}\nx\n' * 5000)
    assert (len(entries), len(said)) == (5000, 12)
    assert said[9:] == [
        "FILE, line 15: it is not JSON (invalid character (byte 0)); the line is skipped.",
        "FILE: further bad lines are only counted.",
        "FILE: 10,000 lines were skipped: 5,000 × it has no field 'a' (first in line 2); 5,000 × it is not JSON "
        "(first in line 3).",
    ]


GUESSES = {
    ("a.jsonl.gz", b"x\n"): ("JSON lines", "name"),
    ("a.TSV", b"a\tb\n"): ("CSV", "name"),
    ("a.log", b"{}\n"): ("plain text", "name"),
    ("a.txt", b"\n{}\n"): ("JSON lines", "first line"),
    ("a", b"id,name\n1,x\n"): ("CSV", "first line"),
    ("a", b"id;name"): ("CSV", "first line"),
    ("a", b"sep=;\na\n"): ("CSV", "first line"),
    ("a", b"Hello, world\nhow are you\n"): ("plain text", "first line"),
    ("a", b"2026-01-01 10:00:00,123 INFO\n"): ("plain text", "first line"),
    ("a", b"<34>Oct 11 22:14:15 su: failed\n"): ("plain text", "first line"),
    ("a", b"\xff, \xff\n"): ("plain text", "first line"),
}


@pytest.mark.parametrize(("name", "data"), GUESSES)
def test_the_format_is_guessed_and_said(name: str, data: bytes, tmp_path: Path) -> None:
    form, by = GUESSES[name, data]
    _, said = read(tmp_path / name, data=data)
    assert said[0] == f"FILE is read as {form}, judged by its {by}; --format names another."


REFUSED: dict[str, tuple[bytes, list[str], str]] = {  # by name: a file, options, the sentence
    "a folder": (b"", ["--file", "/"], "/ cannot be read: Is a directory."),
    "no file": (b"", ["--file", "/no/file"], "/no/file cannot be read: No such file or directory."),
    "no lines": (b"\n", [], "FILE has no line yet that shows its format; say --format json, csv or text."),
    "a workbook": (b"PK\x03\x04", [], "FILE is a .zip or Excel file; unpack it, or save it as .csv."),
    "Parquet": (b"PAR1", [], "FILE is a Parquet file; write it as .csv or JSON lines."),
    "damage": (
        b"\x1f\x8b\x08\0\0\0\0\0\0\0xxxxxxxxxxxxxxx",
        [],
        "FILE cannot be read: Error -3 while decompressing",
    ),
    "a key of text": (
        b"a\n",
        ["--key", "a"],
        "Plain text has no fields for --key; leave it out, and the keys are random.",
    ),
    "columns of JSON": (b"{}\n", ["--columns", "a"], "--columns is for CSV, and this is JSON lines (--format)."),
    "commas of text": (b"a\n", ["--decimal-comma"], "--decimal-comma is for CSV, and this is plain text (--format)."),
    "another encoding": (
        b"abc\n",
        ["--encoding", "utf-16"],
        "FILE cannot be read: UTF-16 stream does not start",
    ),
    "a packed file that grows": (
        gzip.compress(b"x\n", mtime=0),
        ["--follow"],
        "FILE is packed or no plain text, and cannot be ",
    ),
    "a growing pipe": (b"", ["--file", "-", "--follow"], "--follow is for a file; standard input is read until it "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    data, words, sentence = REFUSED[name]
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "a", *words, data=data)
    assert str(caught.value).replace(str(tmp_path / "a"), "FILE").startswith(sentence)


def test_a_named_pipe_is_read_while_it_is_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    def write() -> None:
        with (tmp_path / "pipe").open("wb", buffering=0) as file:
            for part in (b"{", b'"a":1}\n{"a"', b":2}\n", b'{"a":3}'):
                file.write(part)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    entries, _ = read(tmp_path / "pipe", "--key", "a")
    writer.join(60)
    assert [key for key, _ in entries] == ["1", "2", "3"]


ANY = st.lists(st.binary(max_size=20) | st.sampled_from([b'{"a":1}', b"a,b", b'"x', b"1,2", b"\n", b"\r\n", b"\xe9"]))


@given(data=ANY.map(b"\n".join), words=st.sampled_from([["json", "--key", "a"], ["json"], ["text"]]))
def test_each_line_is_put_or_counted(data: bytes, words: list[str]) -> None:
    data = b"\n{}\n" + data  # neither packed nor UTF-16
    assume(data.count(0) * 5 <= len(data))
    with TemporaryDirectory() as folder:
        (Path(folder) / "a").write_bytes(data)
        source = opened(Path(folder) / "a", "--format", *words)
        found = len(all_of(source, limit=3))
        source.end()
    assert found + source.skipped == sum(1 for line in data.split(b"\n") if line.strip())


@given(data=st.binary(max_size=60) | ANY.map(b"\n".join), words=st.sampled_from([[], ["--format", "csv"]]))
def test_any_bytes_are_read_or_refused(data: bytes, words: list[str]) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "a").write_bytes(data)
        try:
            all_of(opened(Path(folder) / "a", *words), limit=3)
        except SourceError as error:
            assert str(error).startswith(folder)
