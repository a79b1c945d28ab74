"""manage.py produce, as a person or a script meets it."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from streams.core.records import TRIM_HORIZON
from streams.wiring import open_stream
from tests.commands import exit_code, own_store
from tests.processes import limited
from tests.waiting import wait_for

__all__ = ["own_store"]  # a fixture
produce = partial(exit_code, "produce")
ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "data" / "orders.csv"
BROKEN = ROOT / "tests" / "data" / "orders-broken.csv"


def held(name: str) -> list[tuple[str, bytes]]:
    """Returns the records of a stream."""
    stream = open_stream(name)
    pages = [stream.read(shard.id, TRIM_HORIZON, 100_000) for shard in stream.describe().shards]
    return [entry for page in pages for batch in page.batches for entry in zip(batch.keys, batch.datas, strict=True)]


def test_produce_creates_the_stream_for_its_trades(capsys: pytest.CaptureFixture[str]) -> None:
    assert produce("trades", "--rate", "0", "--count", "5000") == 0
    said = capsys.readouterr()
    assert said.err == "Created the stream trades with 1 shard.\n"
    assert said.out.startswith("Sent 5,000 records to trades in ")
    assert [json.loads(data)["id"] for _, data in held("trades")] == list(range(1, 5001))


def test_existing_stream_is_used_without_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    open_stream("mine").create(2)
    assert produce("trades", "--rate", "0", "--count", "10", "--stream", "mine") == 0
    assert capsys.readouterr().err == ""
    assert len(held("mine")) == 10


def test_the_summary_can_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert produce("orders", "--file", str(BROKEN), "--rate", "0", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary.pop("seconds") < 10
    assert summary == {"stream": "orders", "records": 3, "skipped": 12}


def test_the_summary_counts_rows_that_could_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert produce("orders", "--file", str(BROKEN), "--rate", "0") == 0
    assert capsys.readouterr().out.endswith(" s, skipped 12 rows that could not be put.\n")


@pytest.mark.parametrize("words", [["trades"], ["orders"], ["orders", "--site", "lisbon"]])
def test_a_seed_gives_the_same_records(words: list[str]) -> None:
    for name in ("one", "other"):
        assert produce(*words, "--rate", "0", "--count", "500", "--seed", "7", "--stream", name) == 0
    assert held("one") == held("other")


def test_file_is_replayed_for_the_named_site() -> None:
    assert produce("orders", "--file", str(SAMPLE), "--site", "lisbon", "--speed", "1e9") == 0
    assert [key for key, _ in held("orders")] == ["lisbon"] * 5


def test_duration_ends_produce() -> None:
    assert produce("trades", "--rate", "1000", "--duration", "0.2") == 0
    assert len(held("trades")) == 200


BAD = {
    "an unknown source": ["weather"],
    "no source": [],
    "an unknown option": ["trades", "--colour", "red"],
    "a count of zero": ["trades", "--count", "0"],
    "a negative count": ["trades", "--count=-5"],
    "a count in words": ["trades", "--count", "many"],
    "a duration of zero": ["trades", "--duration", "0"],
    "a negative duration": ["trades", "--duration=-1"],
    "a duration without end": ["trades", "--duration", "inf"],
    "a negative rate": ["trades", "--rate=-1"],
    "a rate that is no number": ["trades", "--rate", "nan"],
    "a rate beyond reason": ["trades", "--rate", "1e300"],
    "a rate in words": ["trades", "--rate", "fast"],
    "a speed of zero": ["orders", "--speed", "0"],
    "a speed that is no number": ["orders", "--speed", "nan"],
    "a rate and a speed": ["orders", "--rate", "1", "--speed", "1"],
    "a speed for trades": ["trades", "--speed", "2"],
    "a file for trades": ["trades", "--file", str(SAMPLE)],
    "a site for trades": ["trades", "--site", "london"],
    "a seed in words": ["trades", "--seed", "x"],
    "no name": ["trades", "--stream", ""],
    "a name with a space": ["trades", "--stream", "my trades"],
    "no site": ["orders", "--site", ""],
    "a long site": ["orders", "--site", "x" * 257],
    "a missing file": ["orders", "--file", "no-such.csv"],
    "a directory": ["orders", "--file", "tests"],
    "another file": ["orders", "--file", "pyproject.toml"],
}


@pytest.mark.parametrize("words", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_sentence_and_exit_2(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    assert produce(*words) == 2
    said = capsys.readouterr()
    *usage, sentence = said.err.splitlines()
    assert 10 < len(sentence) < 200
    assert all(line.startswith(("usage:", " ")) for line in usage)
    assert said.out == ""
    assert not (tmp_path / "streams.sqlite3").exists()


@pytest.mark.parametrize(("source", "offered"), [
    ("trades", {"--seed"}), ("orders", {"--seed", "--speed"}), ("lines", set[str]()),
])  # fmt: skip
def test_help_offers_seed_and_speed_where_they_do_something(
    source: str, offered: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert produce(source, "--help") == 0
    said = capsys.readouterr().out
    assert {name for name in ("--seed", "--speed") if name in said} == offered
    for name in {"--seed", "--speed"} - offered:
        assert produce(source, "--stream", "s", name, "1") == 2
        assert f"not for {source}" in capsys.readouterr().err


def test_truncated_file_exits_2_and_reports_the_sent_records(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv.gz"
    rows = SAMPLE.read_bytes()
    path.write_bytes(gzip.compress(rows + rows.split(b"\n", 1)[1] * 5000)[:-100])
    assert produce("orders", "--file", str(path), "--rate", "0") == 2
    said = capsys.readouterr()
    assert said.err.splitlines()[-1].startswith(f"{path} is cut short")
    assert said.out.startswith(f"Sent {len(held('orders')):,} records to orders")


def test_a_stream_that_fails_exits_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "streams.sqlite3").write_bytes(b"not a database, by any means" * 100)
    assert produce("trades", "--count", "1") == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_progress_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("streams.management.progress.EVERY", 0.05)
    assert produce("trades", "--rate", "100", "--count", "30") == 0
    _, progress = terminal.getvalue().split("\n", 1)
    assert progress.count("\n") == 1
    assert progress.count("\r") >= 2
    assert progress.split("\r")[1].endswith("/s")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_produce_with_exit_0_and_a_full_count(number: int, settings: Settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "produce", "trades", "--rate", "0", "--json"],
        cwd=ROOT,
        env={**os.environ, "STREAM_URL": settings.STREAM_URL},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    with limited(process):
        assert process.stderr.readline() == "Created the stream trades with 1 shard.\n"
    wait_for(lambda: any(shard.records for shard in open_stream("trades").describe().shards))
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert json.loads(out)["records"] == sum(shard.records or 0 for shard in open_stream("trades").describe().shards)


UK = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,1,X,1,04/03/2011 08:26,2.5,1,UK
"""


def test_file_with_ambiguous_dates_is_refused_without_an_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "uk.csv"
    path.write_text(UK)
    assert produce("orders", "--file", str(path), "--rate", "0") == 2
    assert capsys.readouterr().err.endswith("say --dates day-first or --dates month-first.\n")
    assert produce("orders", "--file", str(path), "--rate", "0", "--dates", "day-first") == 0
    assert [json.loads(data)["InvoiceDate"] for _, data in held("orders")] == ["2011-03-04T08:26:00"]


def test_file_without_a_readable_row_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(UK.replace("2.5", "cheap"))
    assert produce("orders", "--file", str(path), "--rate", "0", "--dates", "day-first") == 1
    assert capsys.readouterr().err.endswith("Nothing was sent, because no row could be put.\n")


@pytest.mark.parametrize("words", [["--dates", "day-first"], ["--encoding", "cp932"]])
def test_file_options_need_a_file(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert produce("orders", *words) == 2
    assert capsys.readouterr().err == "--dates and --encoding are about a file: name one with --file.\n"


def test_unknown_encoding_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert produce("orders", "--file", "x", "--encoding", "klingon") == 2
    assert capsys.readouterr().err == "argument --encoding: 'klingon' is no encoding that Python knows\n"
