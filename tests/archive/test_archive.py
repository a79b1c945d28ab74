"""The archive holds each record of a stream once, says so, and gives it back as it arrived."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from archive import compacting, lines, sweeping
from archive.files import HOUR, DamagedFileError
from archive.models import ArchivedFile
from archive.replaying import replay
from archive.stores.base import StoreError
from archive.stores.local import LocalStore
from archive.stores.opening import opened
from archive.verifying import proved, verify
from sql.offline.records import read as read_lines
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.clock import iso, to_datetime
from streams.wiring import records_between
from tests.archive.conftest import Archive

DATAS = [b'{"n":1,"t":"a"}', b"not json", b'{"n":2.5}', b'{"n":3,"deep":{"x":[1]}}', b"\xff", b"[7]"]


def put(stream: EmbeddedStream, datas: list[bytes]) -> None:
    stream.put([(f"key-{place % 3}", data) for place, data in enumerate(datas)])


def findings(stream: str = "things") -> list[str]:
    return [each.says for each in verify(stream, opened(), "archive")]


def test_archive_gives_back_each_record_with_its_stamp_when_the_stream_is_split(
    stream: EmbeddedStream, archive: Archive
) -> None:
    for place in range(6):
        put(stream, [*DATAS, b'{"n":%d}' % place])
        if place == 2:
            stream.split(stream.describe().shards[0].id)
        if place % 2:
            archive()
    archive()
    there = records_between("things", stream.now() - HOUR, stream.now() + 1, 10**6, 10**9)
    back = [(arrived, int(sequence), key, data) for arrived, sequence, key, data in replay("things", opened())]
    assert [record[:3] for record in back] == [record[:3] for record in there]
    assert [data for *_, data in back] == [data for *_, data in there]
    assert (findings(), proved("things").records) == ([], 42)


def test_archive_keeps_what_it_cannot_decode_in_a_folder_of_its_reason(
    stream: EmbeddedStream, archive: Archive
) -> None:
    put(stream, DATAS)
    archive()
    folders = {path.split("/dt=")[0]: records for path, records in ArchivedFile.objects.values_list("path", "records")}
    assert folders == {"things/records": 3, "things/errors/not-json": 2, "things/errors/not-an-object": 1}


def test_archive_names_a_file_anew_when_its_stream_is_made_anew(stream: EmbeddedStream, archive: Archive) -> None:
    for n in range(2):
        put(stream, [b'{"n":%d}' % n])
        archive()
        stream.delete()
        stream.create()
    archive()
    assert [json.loads(each.data) for each in replay("things", opened())] == [{"n": 0}, {"n": 1}]


def test_archive_makes_its_files_again_when_the_commit_failed(
    stream: EmbeddedStream, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stream, DATAS)
    with monkeypatch.context() as broken:
        broken.setattr(LocalStore, "put", _fail)
        archive()
    assert ArchivedFile.objects.count() == 0
    archive()
    assert (findings(), proved("things").records) == ([], 6)


def _fail(*_: object) -> None:
    raise StoreError("The disk is full.")


def test_verify_names_a_flipped_bit_a_missing_and_an_extra_file(stream: EmbeddedStream, archive: Archive) -> None:
    for n in range(3):
        put(stream, [b'{"n":%d}' % n])
        archive()
    first, second, _ = (Path(opened().url(each.path)) for each in ArchivedFile.objects.order_by("first"))
    content = bytearray(first.read_bytes())
    content[len(content) // 2] ^= 1
    first.write_bytes(content)
    second.rename(second.with_name("extra.parquet"))
    assert findings() == [
        "the file is not as it was written: its SHA-256 differs",
        "the file is missing",
        "the manifest does not name this file",
    ]


def test_verify_names_a_file_that_a_crash_left_over(stream: EmbeddedStream, archive: Archive) -> None:
    put(stream, [b'{"n":1}', b'{"n":2}'])
    archive()
    [row] = ArchivedFile.objects.all()
    opened().put(row.path.replace(f"-{int(row.last)}-", f"-{int(row.first)}-"), b"x")
    opened().put(row.path.replace(f"-{int(row.last)}-", f"-{int(row.last) + 1}-"), b"x")
    found = [(each.says, each.harmless) for each in verify("things", opened(), "archive")]
    assert found == [
        ("a crash left this file over; its records are in other files", True),
        ("the manifest does not name this file", False),
    ]


def test_verify_names_a_shard_whose_rows_are_gone(stream: EmbeddedStream, archive: Archive) -> None:
    put(stream, [b'{"n":1}'])
    archive()
    ArchivedFile.objects.all().delete()
    assert findings() == ["1 records were archived, the manifest has 0", "the manifest does not name this file"]


def test_compacting_joins_the_files_of_an_hour_and_keeps_every_record(stream: EmbeddedStream, archive: Archive) -> None:
    for n in range(4):
        put(stream, [b'{"n":%d}' % n, b'{"m%d":true}' % n])
        archive()
    before = list(replay("things", opened()))
    assert [row.records for row in compacting.compact("things", opened())] == [8]
    assert list(replay("things", opened())) == before
    sweeping.sweep("things", opened(), to_datetime(stream.now()))
    assert (findings(), proved("things").files) == ([], 1)


def test_compacting_stops_at_a_damaged_file_rather_than_hide_it(stream: EmbeddedStream, archive: Archive) -> None:
    for n in range(2):
        put(stream, [b'{"n":%d}' % n])
        archive()
    first, second = ArchivedFile.objects.order_by("first")
    opened().put(first.path, opened().get(second.path))
    with pytest.raises(DamagedFileError, match="is not as it was written"):
        list(compacting.compact("things", opened()))
    assert proved("things").files == 2


def test_sweep_removes_files_past_their_time_and_the_rest_is_proved(
    stream: EmbeddedStream, archive: Archive, settings: Settings
) -> None:
    put(stream, [b'{"n":1}'])
    archive()
    settings.RETENTION_ARCHIVE = 1
    now = to_datetime(stream.now())
    sweeping.sweep("things", opened(), now + timedelta(hours=23))
    assert proved("things").files == 1
    ArchivedFile.objects.update(newest=now - timedelta(days=2))
    sweeping.sweep("things", opened(), now)
    assert (findings(), proved("things").files, list(opened().paths(""))) == ([], 0, [])


def test_clean_removes_files_without_a_row_once_they_are_old(stream: EmbeddedStream, archive: Archive) -> None:
    put(stream, [b'{"n":1}'])
    archive()
    now = to_datetime(stream.now())
    opened().put(f"things/records/dt={now:%Y-%m-%d}/hr={now:%H}/left.parquet", b"x")
    assert sweeping.clean("things", opened(), now) == 0
    assert sweeping.clean("things", opened(), now + timedelta(hours=2)) == 1
    assert findings() == []


def test_lines_of_json_lie_beside_each_file_and_sql_run_reads_them(
    stream: EmbeddedStream, archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    put(stream, [DATAS[0], DATAS[2]])
    archive()  # without lines: compaction makes them
    settings.ARCHIVE_NDJSON = True
    put(stream, DATAS[3:])
    archive()
    list(compacting.compact("things", opened()))
    sweeping.sweep("things", opened(), to_datetime(stream.now()))
    paths = list(opened().paths("things/ndjson/"))
    (tmp_path / "lines").write_bytes(b"".join(gzip.decompress(opened().get(path)) for path in paths))
    assert (findings(), len(paths)) == ([], 3)
    assert sorted(each.data for each in read_lines(tmp_path / "lines")) == sorted([DATAS[0], *DATAS[2:]])


def test_lines_of_json_give_odd_bytes_again(tmp_path: Path) -> None:
    odd = [
        b"",
        b' "a"',
        b'\n"a"',
        b'"a"',
        b"NaN",
        b'{"a":"\xff"}',
        b'{"a":1}\x00',
        b'{"a":1e400}',
        b'["\xe2\x80\xa8"]',
        b"a\nb",
    ]
    packed = lines.packed("s", ((1, number, 0, "k", data) for number, data in enumerate(odd)))
    (tmp_path / "lines").write_bytes(gzip.decompress(packed))
    assert [each.data for each in read_lines(tmp_path / "lines")] == odd


def test_lines_of_json_are_proved_and_removed_with_their_file(
    stream: EmbeddedStream, archive: Archive, settings: Settings
) -> None:
    settings.ARCHIVE_NDJSON = True
    for n in range(3):
        put(stream, [b'{"n":%d}' % n])
        archive()
    first, second, _ = ArchivedFile.objects.order_by("first")
    opened().put(first.paths[1], gzip.compress(b"{}\n"))
    opened().remove(second.paths[1])
    assert findings() == ["the file is not as it was written: its SHA-256 differs", "the file is missing"]
    list(compacting.compact("things", opened()))  # which makes such lines again
    assert findings() == []
    settings.RETENTION_ARCHIVE = 1
    ArchivedFile.objects.update(newest=to_datetime(stream.now()) - timedelta(days=2))
    sweeping.sweep("things", opened(), to_datetime(stream.now()))
    assert (findings(), list(opened().paths(""))) == ([], [])


def test_replay_command_prints_what_sql_run_reads(
    stream: EmbeddedStream, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    put(stream, [*DATAS[:2], b'{\n"n":"of another kind",\r\n"t": "\xc3\xa9"}', b'"a text"'])
    archive()
    call_command("archive", "replay", "things")
    [first, second, third, fourth] = map(json.loads, capsys.readouterr().out.splitlines())
    [(arrived, _, key, _), *_] = records_between("things", 0, stream.now() + 1, 9, 999)
    assert first == {"arrived": iso(to_datetime(arrived)), "key": key, "data": {"n": 1, "t": "a"}}
    assert (second["data_base64"], fourth["data_base64"]) == ("bm90IGpzb24=", "ImEgdGV4dCI=")
    assert third["data"] == {"n": "of another kind", "t": "é"}
