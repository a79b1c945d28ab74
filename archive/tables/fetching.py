"""Brings a file to this machine: from a path, from standard input, or from Amazon S3."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from archive.stores.base import StoreError
from archive.tables.storing import TableError

S3 = "s3://"
STDIN = "-"
BLOCK = 1 << 20  # bytes


@contextmanager
def local(source: str, most: int) -> Iterator[Path]:
    """Yields the path of a file, which may be read twice. Raises TableError and StoreError.

    `source` is a path, `-`, or s3://BUCKET/KEY?region=R&endpoint_url=URL; `most` bounds the bytes of an object.
    """
    if source != STDIN and not source.startswith(S3):
        yield Path(source)
        return
    with TemporaryDirectory(prefix="millrace-tables-") as folder:
        place = Path(folder, source.partition("?")[0].rpartition("/")[2] or "object")
        try:
            with place.open("wb") as file:
                if source == STDIN:
                    _from_stdin(file)
                else:
                    _from_s3(source, file, most)
        except OSError as error:
            words = "Set TMPDIR to a folder with more space, or import a file of this machine."
            raise StoreError(f"The input cannot be kept in {folder}: {error.strerror or error}. {words}") from None
        yield place


def _from_stdin(file: IO[bytes]) -> None:
    """Copies standard input. Raises TableError for one that is larger than TABLES_STDIN."""
    left = settings.TABLES_STDIN
    while data := sys.stdin.buffer.read(min(BLOCK, left + 1)):
        left -= len(data)
        if left < 0:
            raise TableError(
                f"Standard input has more than {settings.TABLES_STDIN:,} bytes, which TABLES_STDIN allows. "
                "Set it higher, or import a file."
            )
        file.write(data)


def allowed(url: str, prefixes: list[str]) -> bool:
    """Returns whether a page may read an address: below one of the prefixes, with nothing said about the server."""
    bucket, _, key = url.removeprefix(S3).partition("/")
    return (
        url.startswith(S3)
        and bool(bucket and key)
        and not set("?#") & set(url)
        and any(f"{bucket}/{key}".startswith(_whole(each)) for each in prefixes if each.startswith(S3))
    )


def _whole(prefix: str) -> str:
    """Returns a prefix with a slash after its bucket: s3://logs does not allow the bucket logs-of-others."""
    bucket, _, key = prefix.removeprefix(S3).partition("/")
    return f"{bucket}/{key}"


def _from_s3(source: str, file: IO[bytes], most: int) -> None:
    from archive.stores.s3 import fetch  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

    parts = urlsplit(source)
    if not parts.netloc or not parts.path.strip("/"):
        raise TableError(f"{source} is not an address such as s3://BUCKET/KEY.")
    asked = dict(parse_qsl(parts.query))  # of a name given twice, the last
    fetch(source.partition("?")[0], asked.get("region"), asked.get("endpoint_url"), file, most)
