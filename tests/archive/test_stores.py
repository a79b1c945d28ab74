"""The contract of file stores, held by a folder and by Amazon S3; and the tables of an archive in S3, in AWS Glue."""

import io
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from pytest_django import Settings

from archive.iceberg import catalog
from archive.iceberg.registering import Registered, register
from archive.stores.base import FileStore, MissingFileError, StoreError
from archive.stores.local import LocalStore
from archive.stores.opening import opened
from archive.stores.s3 import S3Store, fetch
from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import TRIM_HORIZON
from streams.wiring import build_worker
from tests.emulators import ministack


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """Yields the address of an S3 that has the bucket `kept`."""
    with pytest.MonkeyPatch.context() as patch, ministack() as endpoint:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        boto3.client("s3", region_name="us-east-1", endpoint_url=endpoint).create_bucket(Bucket="kept")
        yield endpoint


@pytest.fixture(params=["folder", "ministack"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return LocalStore(tmp_path)
    return S3Store("kept", f"of/{tmp_path.name}", "us-east-1", request.getfixturevalue("bucket"))


def test_store_gives_back_the_newest_bytes_of_a_path(store: FileStore) -> None:
    store.put("a/dt=1/x.parquet", b"one")
    store.put("a/dt=1/x.parquet", b"two")
    store.put("b/y.parquet", b"three")
    assert (store.get("a/dt=1/x.parquet"), sorted(store.paths("a/"))) == (b"two", ["a/dt=1/x.parquet"])


def test_store_removes_a_file_once_and_says_when_there_is_none(store: FileStore) -> None:
    store.put("a/x", b"one")
    store.remove("a/x")
    store.remove("a/x")
    with pytest.raises(MissingFileError):
        store.get("a/x")
    assert list(store.paths("")) == []


def test_store_without_its_bucket_says_so() -> None:
    store = S3Store("kept", "", "us-east-1", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="Amazon S3 did not answer for s3://kept/x"):
        store.get("x")


def test_archive_in_s3_is_registered_in_glue(
    bucket: str, tmp_path: Path, settings: Settings, transactional_db: None
) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    settings.ARCHIVE_URL = f"s3://kept/of?region=us-east-1&endpoint_url={bucket}"
    settings.ICEBERG_CATALOG = f"glue://us-east-1?glue.endpoint={bucket}"
    settings.ICEBERG_WAREHOUSE = "s3://kept/tables"
    stream = EmbeddedStream(tmp_path / "streams.sqlite3", "things")
    stream.create()
    stream.put([("k", b'{"n":1}'), ("k", b'{"n":2}')])
    worker = build_worker("archive", "things", TRIM_HORIZON, hurry=True)
    worker.step()
    worker.close()
    found = [list(register("things", opened(), catalog.opened(), 1)) for _ in range(2)]
    assert found == [[Registered("millrace.things", 1, added, 0, 0)] for added in (1, 0)]
    table = catalog.opened().load_table("millrace.things")
    assert sorted(table.scan().to_arrow()["n"].to_pylist()) == [1, 2]


def test_object_is_fetched_up_to_a_number_of_bytes(bucket: str) -> None:
    S3Store("kept", "in", "us-east-1", bucket).put("a.csv", b"a,b\n1,2\n")
    file = io.BytesIO()
    fetch("s3://kept/in/a.csv", "us-east-1", bucket, file, 8)
    assert file.getvalue() == b"a,b\n1,2\n"
    with pytest.raises(StoreError, match="has 8 bytes, and at most 7 are taken"):
        fetch("s3://kept/in/a.csv", "us-east-1", bucket, file, 7)
    with pytest.raises(MissingFileError):
        fetch("s3://kept/in/b.csv", "us-east-1", bucket, file, 8)
