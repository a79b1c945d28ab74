"""Records of an aggregate of KPL each have a row, named by the aggregate's number and their place in it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pytest_django import Settings

from archive.compacting import compact
from archive.files import make, places, read, table_of
from archive.models import ArchivedFile
from archive.processor import Place
from archive.replaying import replay
from archive.stores.opening import opened
from archive.verifying import proved, verify
from streams.backends.aggregation import aggregate_columns
from streams.core.records import TRIM_HORIZON, Batch
from streams.wiring import build_worker, open_stream
from tests.emulators import ministack
from tests.waiting import wait_for

PLACE = Place("things", "made now", "shard-0")
AGGREGATE = 49590338271490256608559692538361571095921575989136588898 << 20  # a number as Kinesis gives it, by our count


@pytest.fixture
def kinesis(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with ministack() as url:
        settings.STREAM_URL = f"kinesis://us-east-1?endpoint_url={url}"
        settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
        yield


def test_make_gives_each_record_of_an_aggregate_its_own_place() -> None:
    batch = Batch(7, [AGGREGATE, AGGREGATE + 1, AGGREGATE + 2], ["k"] * 3, [b'{"n":0}', b"no JSON", b'{"n":2}'])
    made, kinds = make(PLACE, [batch], {}, sub_bits=20)
    held = [table_of(each.content).select(["_sequence", "_sub"]).to_pylist() for each in made]
    number = f"{AGGREGATE >> 20:064}"
    assert [[(row["_sequence"], row["_sub"]) for row in rows] for rows in held] == [
        [(number, 0), (number, 2)],
        [(number, 1)],
    ]
    assert [int(each.sequence) - AGGREGATE for each in read(made[0].content, kinds)] == [0, 2]


def test_archive_of_kinesis_has_each_record_of_aggregates_once(kinesis: None, transactional_db: None) -> None:
    stream = open_stream("things")
    stream.create(1)
    for number in range(4):
        datas = [b'{"n":%d}' % (number * 3 + place) for place in range(3)]
        stream.put([("a", aggregate_columns(["a", "b", "c"], datas)), ("plain", b'{"n":-1}')])
    worker = build_worker("archive", "things", TRIM_HORIZON, hurry=True)
    wait_for(lambda: [worker.step(), proved("things").records == 16][-1])
    worker.close()
    list(compact("things", opened()))
    keys = [each.key for each in replay("things", opened())]
    assert (keys, list(verify("things", opened(), "archive"))) == (["a", "b", "c", "plain"] * 4, [])
    [row] = ArchivedFile.objects.filter(removed=False)
    table = pq.read_table(opened().url(row.path), partitioning=None)
    assert (table["_sub"].to_pylist(), len(set(table["_sequence"].to_pylist()))) == ([0, 1, 2, 0] * 4, 8)
    assert places(table)[0] == row.first
