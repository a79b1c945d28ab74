"""The files of the archive are in tables of Iceberg as the manifest has them, each record once."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pyiceberg.catalog import Catalog
from pyiceberg.io.pyarrow import parquet_file_to_data_file
from pyiceberg.table import Table
from pytest_django import Settings

from archive.iceberg import catalog as catalogs
from archive.iceberg import registering
from archive.iceberg.catalog import IcebergError, properties
from archive.iceberg.registering import Registered, register
from archive.models import ArchivedFile
from archive.stores.opening import opened
from archive.sweeping import sweep
from streams.backends.embedded.stream import EmbeddedStream
from tests.archive.conftest import Archive

RECORDS = "millrace.things"


@pytest.fixture(autouse=True)
def catalog(settings: Settings, tmp_path: Path) -> Iterator[Catalog]:
    """Yields a catalogue in a file of the test."""
    settings.ICEBERG_CATALOG = f"sqlite:///{tmp_path / 'catalog.sqlite3'}"
    settings.ICEBERG_WAREHOUSE = f"file://{tmp_path / 'warehouse'}"
    with closing(catalogs.opened()) as catalog:
        yield catalog


def put(stream: EmbeddedStream, *datas: dict[str, Any] | bytes) -> None:
    stream.put([("k", data if isinstance(data, bytes) else json.dumps(data).encode()) for data in datas])


def run(catalog: Catalog, keep: int = 10) -> list[Registered]:
    return list(register("things", opened(), catalog, keep))


def rows(catalog: Catalog, column: str = "n", table: str = RECORDS, **scan: Any) -> list[Any]:
    return sorted(catalog.load_table(table).scan(**scan).to_arrow()[column].to_pylist(), key=str)


def snapshots(catalog: Catalog) -> int:
    return len(catalog.load_table(RECORDS).metadata.snapshots)


def test_table_has_each_record_once_when_registered_again(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog
) -> None:
    for n in range(3):
        put(stream, {"n": n})
        archive()
        run(catalog)
    assert run(catalog) == [Registered(RECORDS, files=3, added=0, removed=0, expired=0)]
    assert (rows(catalog), snapshots(catalog)) == ([0, 1, 2], 3)


def test_table_follows_new_columns_compaction_and_removal(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog
) -> None:
    put(stream, {"n": 1})
    archive()
    run(catalog)
    put(stream, {"n": 2, "a.b": "x", "deep": {"y": [1]}, "N": 0.5, "t": True})
    archive()
    run(catalog)
    found = catalog.load_table(RECORDS).scan(row_filter="n = 2").to_arrow().select(["a.b", "deep", "N", "t"])
    assert found.to_pylist() == [{"a.b": "x", "deep": '{"y":[1]}', "N": 0.5, "t": True}]
    call_command("archive", "compact", "things")
    assert run(catalog)[0][1:4] == (1, 1, 2)
    assert (rows(catalog), rows(catalog, "a.b")) == ([1, 2], [None, "x"])
    ArchivedFile.objects.update(removed=True)
    assert (run(catalog)[0][1:4], rows(catalog)) == ((0, 0, 1), [])


def test_files_that_a_table_names_stay_until_it_is_brought_to_the_manifest(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog
) -> None:
    for n in range(2):
        put(stream, {"n": n})
        archive()
    run(catalog)
    put(stream, {"n": 2})
    archive()
    call_command("archive", "compact", "things")  # it removes the third file alone
    assert (len(files_left()), rows(catalog)) == (3, [0, 1])
    run(catalog)
    now = timezone.now()
    sweep("things", opened(), now)
    assert (len(files_left()), rows(catalog)) == (1, [0, 1, 2])
    ArchivedFile.objects.update(removed=True, marked=now)
    counts = [sweep("things", opened(), now + timedelta(hours=hours)) or len(files_left()) for hours in (23, 25)]
    assert counts == [1, 0]


def files_left() -> list[str]:
    return list(opened().paths("things/"))


def test_table_finds_the_files_of_an_hour(stream: EmbeddedStream, archive: Archive, catalog: Catalog) -> None:
    put(stream, {"n": 1})
    archive()
    run(catalog)
    row = ArchivedFile.objects.get()
    table = catalog.load_table(RECORDS)
    at = {says: f"_arrived {says} '{row.newest.isoformat()}'" for says in ("<=", ">")}
    assert [len(list(table.scan(row_filter=text).plan_files())) for text in at.values()] == [1, 0]
    assert rows(catalog, "_arrived", row_filter=at["<="]) == [row.newest]


def test_undecodable_records_have_a_table_of_their_own(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog
) -> None:
    put(stream, {"n": 1}, b"[7]", b"\xff")
    archive()
    assert [each.table for each in run(catalog)] == [RECORDS, "millrace.things_errors"]
    assert rows(catalog, "_error", "millrace.things_errors") == ["not-an-object", "not-json"]


def test_registering_is_done_again_after_a_crash_before_the_commit(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stream, {"n": 1})
    archive()
    with monkeypatch.context() as broken:
        broken.setattr(Table, "_do_commit", _killed)
        with pytest.raises(KeyboardInterrupt):
            run(catalog)
    assert (snapshots(catalog), rows(catalog)) == (0, [])
    assert (run(catalog)[0].added, rows(catalog)) == (1, [1])


def test_file_is_added_once_when_two_processes_register_it(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(stream, {"n": 1})
    archive()

    def overtaken(*given: Any) -> Any:
        monkeypatch.undo()
        run(catalogs.opened())
        return parquet_file_to_data_file(*given)

    run(catalog)
    put(stream, {"n": 2})
    archive()
    monkeypatch.setattr(registering, "parquet_file_to_data_file", overtaken)
    with pytest.raises(IcebergError, match=r"Another process changed the table meanwhile\. Run it again\."):
        run(catalog)
    assert (run(catalog)[0].added, rows(catalog)) == (0, [1, 2])


def test_old_snapshots_expire_with_their_metadata_and_no_file_of_records(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog, tmp_path: Path
) -> None:
    for n in range(4):
        put(stream, {"n": n})
        archive()
        if n == 2:
            call_command("archive", "compact", "things")
        run(catalog, keep=2)
    table = catalog.load_table(RECORDS)
    used = {name for each in table.metadata.snapshots for name in _metadata(table, each)}
    there = {f"file://{path}" for path in (tmp_path / "warehouse").rglob("*.avro")}
    assert (there, len(table.metadata.snapshots), rows(catalog)) == (used, 2, [0, 1, 2, 3])
    call_command("archive", "verify", "things")


def test_file_that_is_gone_is_named_and_nothing_registered(
    stream: EmbeddedStream, archive: Archive, catalog: Catalog
) -> None:
    put(stream, {"n": 1})
    archive()
    row = ArchivedFile.objects.get()
    content = opened().get(row.path)
    opened().remove(row.path)
    with pytest.raises(IcebergError, match=r"A file went while it was registered: .*parquet.* Run it again"):
        run(catalog)
    opened().put(row.path, content)
    assert (run(catalog)[0].added, rows(catalog)) == (1, [1])


def test_duckdb_reads_the_table_through_pyiceberg(stream: EmbeddedStream, archive: Archive, catalog: Catalog) -> None:
    put(stream, {"n": 1}, {"n": 2.5}, {"n": 3})
    archive()
    run(catalog)
    database = catalog.load_table(RECORDS).scan().to_duckdb("things")
    assert database.execute("SELECT count(*), sum(n), count(_raw) FROM things").fetchall() == [(3, 4, 1)]


def test_table_of_another_stream_is_refused(stream: EmbeddedStream, archive: Archive, catalog: Catalog) -> None:
    put(stream, {"n": 1})
    archive()
    run(catalog)
    with catalog.load_table(RECORDS).transaction() as change:
        change.set_properties({"millrace.stream": "Things"})
    with pytest.raises(IcebergError, match=r"millrace\.things is there and is not the table of things"):
        run(catalog)


def test_command_says_how_many_files_were_registered(
    stream: EmbeddedStream, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    put(stream, {"n": 1})
    archive()
    call_command("archive", "iceberg", "things")
    says = "millrace.things: 1 files, 1 of them added, 0 others removed; 0 snapshots expired.\n"
    assert capsys.readouterr().out == says


def test_command_names_the_packages_that_are_missing(
    stream: EmbeddedStream, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(stream, {"n": 1})
    archive()
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "pyiceberg.catalog", None)
    with pytest.raises(SystemExit, match="1"):
        call_command("archive", "iceberg", "things")
    says = "Tables of Iceberg need packages that are not installed. Run: .venv/bin/pip install --require-hashes -r "
    assert capsys.readouterr().err == f"{says}locks/requirements-iceberg.txt\n"


def test_settings_name_the_catalogue() -> None:
    """S3 Tables is tested by its properties alone; test_stores.py runs Glue, on an emulator."""
    sql = properties("postgres://u:p@h/iceberg", "s3://b/ice", "s3://b/a?region=eu-west-1&endpoint_url=http://x:1")
    glue = properties("glue://eu-west-1?glue.id=12", "s3://b/ice", "s3://b/a")
    arn = "arn:aws:s3tables:eu-west-1:12:bucket/b"
    assert sql == {
        "s3.region": "eu-west-1",
        "s3.endpoint": "http://x:1",
        "warehouse": "s3://b/ice",
        "type": "sql",
        "uri": "postgresql+psycopg://u:p@h/iceberg",
    }
    assert glue == {"warehouse": "s3://b/ice", "type": "glue", "glue.region": "eu-west-1", "glue.id": "12"}
    assert properties(f"s3tables:{arn}", "", "s3://b/a") == {
        "type": "rest",
        "uri": "https://s3tables.eu-west-1.amazonaws.com/iceberg",
        "warehouse": arn,
        "rest.sigv4-enabled": "true",
        "rest.signing-name": "s3tables",
        "rest.signing-region": "eu-west-1",
    }


@pytest.mark.parametrize("catalog", ["", "glue:", "s3tables:arn:aws:s3:::b", "http://h", "mysql://h/x"])
def test_settings_refuse_another_catalogue(catalog: str) -> None:
    with pytest.raises(IcebergError, match="ICEBERG_CATALOG is none of"):
        properties(catalog, "s3://b/ice", "s3://b/a")


def _killed(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def _metadata(table: Table, snapshot: Any) -> list[str]:
    return [snapshot.manifest_list, *(each.manifest_path for each in snapshot.manifests(table.io))]
