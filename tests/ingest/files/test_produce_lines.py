"""manage.py produce lines, as a person or a script meets it."""

import gzip
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from streams.backends.embedded import stream_rows
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.wiring import largest_record, open_stream
from tests.commands import exit_code, own_store
from tests.deployment import ROOT, running
from tests.waiting import wait_for

__all__ = ["own_store"]  # a fixture
lines = partial(exit_code, "produce", "lines", "--stream", "mine")


def held() -> list[tuple[str, bytes]]:
    """Returns the records of the stream."""
    page = open_stream("mine").read("shardId-000000000000", TRIM_HORIZON, 100_000)
    return [entry for batch in page.batches for entry in zip(batch.keys, batch.datas, strict=True)]


def written(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return str(path)


def test_lines_are_put_and_the_end_tells_of_bad_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.jsonl", b'{"id":1}\n{"id":2\n{"id":3}\n')
    assert lines("--file", path, "--key", "id") == 0
    said = capsys.readouterr()
    assert said.out.startswith("Sent 2 records to mine in ")
    assert said.out.endswith(" s, skipped 1 line that could not be put.\n")
    assert said.err.splitlines() == [
        "Created the stream mine with 1 shard.",
        f"{path} is read as JSON lines, judged by its name; --format names another.",
        f"{path}, line 2: it is not JSON (Input data was truncated); the line is skipped.",
    ]
    assert held() == [("1", b'{"id":1}'), ("3", b'{"id":3}')]


def test_the_end_as_json_has_sent_and_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.csv", b"id\n" + b"1\n" * 9 + b'"\n')
    assert lines("--file", path, "--key", "id", "--count", "5", "--json") == 0
    assert lines("--file", path, "--key", "id", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["stream"], each["records"], each["skipped"]) for each in told] == [("mine", 5, 0), ("mine", 9, 1)]


def test_nothing_that_can_be_read_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lines("--file", written(tmp_path / "a.jsonl", b"x\ny\n"), "--key", "id") == 1
    assert capsys.readouterr().err.endswith("Nothing was sent, because no line could be put.\n")


def test_lines_before_a_damaged_place_are_put(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = os.urandom(100_000).hex("\n", 10).encode()
    path = written(tmp_path / "a.log.gz", gzip.compress(whole)[:-8] + bytes(8))
    assert lines("--file", path) == 2
    found = [line for _, line in held()]
    assert (0 < len(found) < 10_000, found) == (True, whole.split(b"\n")[: len(found)])
    sentence = (
        f"{path} cannot be read after line {len(found):,}: Error -3 while decompressing data: incorrect data check"
    )
    assert capsys.readouterr().err.splitlines()[-1] == sentence


def test_a_line_is_as_long_as_the_stream_allows(tmp_path: Path) -> None:
    stream = open_stream("mine")
    assert isinstance(stream, EmbeddedStream)
    stream.create()
    with stream._transaction():
        [number] = stream._stream("id")
        stream_rows.set_max_record(stream._db, number, 2 << 20)
    path = written(tmp_path / "a.log", b"x" * (2 << 20) + b"\n" + b"y" * (2 << 19) + b"\n")
    assert (largest_record(stream), lines("--file", path)) == (2 << 20, 0)
    assert [line[:1] for _, line in held()] == [b"y"]


REASON = "incorrect data check"
BAD = {
    "no stream": ["produce", "lines", "--file", "/etc/hostname"],
    "a key of two kinds": ["produce", "lines", "--stream", "mine", "--key", "a", "--random-key"],
    "an unknown format": ["produce", "lines", "--stream", "mine", "--format", "xml"],
    "a long delimiter": ["produce", "lines", "--stream", "mine", "--delimiter", ";;"],
    "columns without names": ["produce", "lines", "--stream", "mine", "--columns", "a,,b"],
    "columns of one name": ["produce", "lines", "--stream", "mine", "--columns", "a,a"],
    "an unknown encoding": ["produce", "lines", "--stream", "mine", "--encoding", "klingon"],
    "a file that is absent": ["produce", "lines", "--stream", "mine", "--file", "/no/file"],
    "a site": ["produce", "lines", "--stream", "mine", "--site", "x"],
    "a key for trades": ["produce", "trades", "--key", "x"],
    "a file for trades": ["produce", "trades", "--file", "x"],
    "an unknown source": ["produce", "line"],
}
SAID = {
    "no stream": "Name the stream that lines are put into: --stream NAME\n",
    "a site": "--site is for orders, not for lines\n",
    "a file for trades": "--file is for orders, probes and lines, not for trades\n",
    "an unknown source": (
        "argument SOURCE: invalid choice: 'line' "
        "(choose from 'trades', 'orders', 'probes', 'quotes', 'fleet', 'lines', 'tail')\n"
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_words_that_it_cannot_use_are_a_sentence_and_exit_2(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(*BAD[name]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.endswith(SAID.get(name, "\n"))


def started(settings: Settings, *words: str) -> "subprocess.Popen[str]":
    """Starts `produce lines` on the store, with a pipe for its input."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "produce", "lines", "--stream", "mine", "--json", *words],
        cwd=ROOT,
        env=os.environ | {"STREAM_URL": settings.STREAM_URL},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running.add(process)
    return process


def test_a_pipe_and_a_growing_file_are_put_as_they_grow_until_a_signal(settings: Settings, tmp_path: Path) -> None:
    open_stream("mine").create()
    path = tmp_path / "a.log"
    path.write_text("a1\n")
    piped, following = started(settings, "--format", "text"), started(settings, "--file", str(path), "--follow")
    assert piped.stdin
    for number in range(1, 4):
        piped.stdin.write(f"p{number}\n")
        piped.stdin.flush()
        wait_for(lambda: {f"p{number}".encode(), f"a{number}".encode()} <= {line for _, line in held()})  # noqa: B023
        with path.open("a") as file:
            file.write(f"a{number + 1}\n")
    wait_for(lambda: len(held()) == 7)
    ends = []
    for process in (piped, following):
        process.send_signal(signal.SIGTERM)
        ends.append((json.loads(process.communicate(timeout=60)[0])["records"], process.returncode))
    assert ends == [(3, 0), (4, 0)]
