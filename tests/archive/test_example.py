"""The example Wild Rydes archive: its question, and its replay."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from streams.backends.embedded.stream import EmbeddedStream
from streams.core import clock
from streams.core.records import TRIM_HORIZON
from streams.wiring import build_worker
from tests.deployment import ROOT

RYDES, ARCHIVE = ROOT / "examples/wild-rydes", ROOT / "examples/wild-rydes-archive"
SAMPLE = RYDES / "sample.jsonl"
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def fleet(tmp_path: Path, settings: Settings, transactional_db: None) -> None:
    """Archives the sample of Wild Rydes, each record with its stamp."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    rows = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    now = [clock.from_iso(rows[0]["arrived"])]
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "fleet", lambda: now[0])
    stream.create()
    for arrived, group in groupby(rows, lambda row: row["arrived"]):
        now[0] = clock.from_iso(arrived)
        stream.put([(row["key"], _data(row)) for row in group])
    worker = build_worker("archive", "fleet", TRIM_HORIZON, hurry=True)
    while worker.step():
        pass
    worker.close()


@pytest.mark.long  # the question has a process of its own
def test_question_gives_the_sums_of_the_application(fleet: None, capsys: Printed) -> None:
    call_command("ask", (ARCHIVE / "question.sql").read_text(), json=True)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    rows = [json.loads(line)["row"] for line in _summary()]
    assert [(row["Name"], row["metres"], row["least_health"], row["most_health"]) for row in found] == [
        (row["Name"], round(row["Distance"]), row["MinHealthPoints"], row["MaxHealthPoints"])
        for row in sorted(rows, key=lambda row: (row["StatusTime"], row["Name"]))
    ]
    assert sum(row["reports"] for row in found) == len(SAMPLE.read_text().splitlines())


def test_replay_gives_each_record_and_each_row_again(fleet: None, tmp_path: Path, capsys: Printed) -> None:
    capsys.readouterr()
    call_command("archive", "replay", "fleet")
    replayed = capsys.readouterr().out
    (tmp_path / "fleet.jsonl").write_text(replayed)
    call_command("sql", "run", str(RYDES), "--input", str(tmp_path / "fleet.jsonl"), "--json")
    rows = capsys.readouterr().out
    assert (replayed == SAMPLE.read_text(), rows == (RYDES / "expected.jsonl").read_text()) == (True, True)


def _data(row: Any) -> bytes:
    return json.dumps(row["data"], separators=(",", ":")).encode()


def _summary() -> list[str]:
    return [line for line in (RYDES / "expected.jsonl").read_text().splitlines() if '"SUMMARY"' in line]
