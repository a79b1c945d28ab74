"""Keeps the files of an archive in a bucket of Amazon S3. This is the archive's only module that speaks to AWS."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from archive.stores.base import MissingFileError, StoreError

TIMES = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 3, "mode": "standard"})
GONE = {"404", "NoSuchKey", "NotFound"}


class S3Store:
    """Is a FileStore in a bucket, below a prefix. Credentials come from boto3's own chain."""

    def __init__(self, bucket: str, prefix: str, region: str | None, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client: Any = boto3.client("s3", region_name=region, endpoint_url=endpoint, config=TIMES)

    def put(self, path: str, content: bytes) -> None:
        with self._told(path):
            self._client.put_object(
                Bucket=self._bucket, Key=self._prefix + path, Body=content, ChecksumAlgorithm="SHA256"
            )

    def get(self, path: str) -> bytes:
        with self._told(path):
            content: bytes = self._client.get_object(Bucket=self._bucket, Key=self._prefix + path)["Body"].read()
            return content

    def remove(self, path: str) -> None:
        with self._told(path):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + path)

    def paths(self, prefix: str) -> Iterator[str]:
        with self._told(prefix):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(self._prefix)

    def url(self, path: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{path}"

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in GONE and code != "NoSuchBucket":
                raise MissingFileError(f"There is no file {self.url(path)}.") from None
            raise StoreError(f"Amazon S3 refused {self.url(path)}: {code}.") from error
        except BotoCoreError as error:
            raise StoreError(f"Amazon S3 did not answer for {self.url(path)}: {type(error).__name__}.") from error


def fetch(url: str, region: str | None, endpoint: str | None, file: IO[bytes], most: int) -> None:
    """Writes an object of that s3://BUCKET/KEY into a file. Raises StoreError, also for more than `most` bytes."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    store = S3Store(bucket, "", region, endpoint)
    with store._told(key):
        found = store._client.get_object(Bucket=bucket, Key=key)
        if found["ContentLength"] > most:
            raise StoreError(f"{url} has {found['ContentLength']:,} bytes, and at most {most:,} are taken.")
        for piece in found["Body"].iter_chunks(1 << 20):
            file.write(piece)
