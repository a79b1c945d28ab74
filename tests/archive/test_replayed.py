"""The archive is a source again: an application in SQL over it gives the rows that it gives over the stream."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from django.core.management import call_command

from applications.market.generator import Trades
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import from_iso
from streams.core.records import TRIM_HORIZON
from streams.engine.reading import WholeReader
from streams.wiring import records_between
from tests.archive.conftest import Archive
from tests.sql.promises.applications import FOLDER

Printed = Callable[..., str]
ODD = [b'{"price": 1e2, "quantity": null, "tickerSymbol": "a\\u00e9"}', b"no JSON", b'{"price": "dear"}', b"\xff"]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Returns a function that runs a command of manage.py and returns its output."""

    def run(*words: str, given: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        capsys.readouterr()
        call_command(*words)
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("name", ["tickers", "book"])
def test_application_over_the_archive_gives_the_rows_of_the_stream(
    stream: EmbeddedStream, archive: Archive, printed: Printed, name: str
) -> None:
    trades, chance = Trades(Random(1)), Random(2)
    for number in range(12):
        stream.put([*trades.take(chance.randint(1, 60)), *((f"odd-{place}", odd) for place, odd in enumerate(ODD))])
        if number == 5:
            stream.split(stream.describe().shards[0].id)
        if number % 3 == 2:
            archive()
    archive()
    run = ("sql", "run", str(FOLDER / name), "--input", "-")
    live = printed(*run, given=printed("streams", "tail", "things", "--json"))
    over = printed(*run, given=printed("archive", "replay", "things"))
    assert (over, over.count("\n") > 100) == (live, True)


def test_every_reader_has_the_records_of_one_millisecond_in_the_same_order(
    stream: EmbeddedStream, archive: Archive, printed: Printed
) -> None:
    for number in range(2):  # then the shards' names and their hash keys grow in different orders
        stream.split(f"shardId-{number:012}")
    began = stream.now() - 1
    for number in range(4):
        stream.put([(key, f'{{"of": "{key} {number}"}}'.encode()) for key in "fcebdagh"])
    archive()
    archive()  # the children of children too
    reader = WholeReader(stream, str(TRIM_HORIZON))
    whole: list[tuple[int, bytes]] = []
    while len(whole) < 32:
        whole += [(batch.arrived, data) for batch in reader.read(5).batches for data in batch.datas]
        reader.acknowledge()
    for words in (("streams", "tail", "things", "--json"), ("archive", "replay", "things")):
        lines = [json.loads(line) for line in printed(*words).splitlines()]
        assert [(from_iso(line["arrived"]), json.dumps(line["data"]).encode()) for line in lines] == whole
    found = records_between("things", began, stream.now() + 1, 99, 10**6)
    assert [(arrived, data) for arrived, _, _, data in found] == whole


@pytest.mark.long  # `sql run` computes in a process of its own
def test_sql_run_reads_a_file_of_the_replay(
    stream: EmbeddedStream, archive: Archive, printed: Printed, tmp_path: Path
) -> None:
    stream.put(Trades(Random(1)).take(50))
    archive()
    replay = printed("archive", "replay", "things")
    (tmp_path / "replay.jsonl").write_text(replay)
    run = ("sql", "run", str(FOLDER / "tickers"), "--input")
    assert printed(*run, str(tmp_path / "replay.jsonl")) == printed(*run, "-", given=replay)


def test_records_past_the_retention_come_from_the_archive_and_each_once(
    stream: EmbeddedStream, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = stream.now() - 1
    for at in range(3):
        stream.put(Trades(Random(at)).take(20))
    archive()
    stream.put(Trades(Random(4)).take(5))
    whole = records_between("things", began, stream.now() + 1, 999, 10**6)
    describe = EmbeddedStream.describe
    monkeypatch.setattr(EmbeddedStream, "describe", lambda self: describe(self)._replace(retention_hours=0))
    assert records_between("things", began, stream.now() + 1, 999, 10**6) == whole
    stream.delete()
    stream.create()
    assert records_between("things", began, stream.now() + 1, 999, 10**6) == whole[:60]
    assert records_between("things", began, stream.now() + 1, 9, 10**6) == whole[:10]
