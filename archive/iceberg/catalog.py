"""Opens the catalogue that ICEBERG_CATALOG names. Its packages are optional: requirements-iceberg.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from common.text import one_line

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog

NAME = "millrace"  # of the catalogue; a SQL catalogue keeps its rows under it
S3TABLES = re.compile(r"s3tables:(?P<arn>arn:aws[a-z-]*:s3tables:(?P<region>[a-z0-9-]+):\d+:bucket/[^/:]+)")
DRIVERS = dict.fromkeys(("postgres", "postgresql"), "postgresql+psycopg") | {"sqlite": "sqlite"}  # of sqlalchemy
OTHERS = frozenset({"pyiceberg", "sqlalchemy", "botocore", "requests", "pyarrow"})  # people are told their errors
NEEDED = "Run: .venv/bin/pip install --require-hashes -r locks/requirements-iceberg.txt"


class IcebergError(Exception):
    """Means that a table cannot be registered now, or not with these settings; the message is a sentence for people."""


def opened() -> Catalog:
    """Returns the catalogue of the settings. Raises IcebergError."""
    wanted = properties(settings.ICEBERG_CATALOG, settings.ICEBERG_WAREHOUSE, settings.ARCHIVE_URL)
    try:
        from pyiceberg.catalog import load_catalog  # noqa: PLC0415 - optional, and imported by this command alone
    except ImportError:
        raise IcebergError(f"Tables of Iceberg need packages that are not installed. {NEEDED}") from None
    with translated_errors():
        return load_catalog(NAME, **wanted)


def properties(catalog: str, warehouse: str, archive: str) -> dict[str, str | None]:
    """Returns pyiceberg's properties of a catalogue. Raises IcebergError for an address that it cannot read.

    `catalog` is sqlite:///PATH, postgresql://…, glue://REGION, s3tables:ARN or the https:// of a REST catalogue. The
    query of an address that is not SQL's gives further properties to pyiceberg. `archive` is ARCHIVE_URL; the files
    have its region and its endpoint.
    """
    parts = urlsplit(catalog)
    given = dict(parse_qsl(parts.query))
    bare = parts._replace(query="", fragment="").geturl()
    if parts.scheme in DRIVERS:
        kind = {"type": "sql", "uri": DRIVERS[parts.scheme] + catalog.removeprefix(parts.scheme)}
    elif parts.scheme == "glue" and parts.netloc:
        kind = {"type": "glue", "glue.region": parts.netloc, **given}
    elif found := S3TABLES.fullmatch(bare):
        return {**_files(archive), **_s3tables(found["arn"], found["region"]), **given}
    elif parts.scheme == "https" and parts.netloc:
        kind = {"type": "rest", "uri": bare, **given}
    else:
        raise IcebergError(
            "ICEBERG_CATALOG is none of sqlite:///PATH, postgresql://…, glue://REGION, s3tables:ARN and https://…."
        )
    if not warehouse:
        raise IcebergError("Set ICEBERG_WAREHOUSE, where tables of Iceberg keep their metadata: s3://BUCKET/PREFIX.")
    return {**_files(archive), "warehouse": warehouse, **kind}


def _s3tables(arn: str, region: str) -> dict[str, str | None]:
    """Returns the properties of a table bucket of S3 Tables: its ARN is the warehouse."""
    return {
        "type": "rest",
        "uri": f"https://s3tables.{region}.amazonaws.com/iceberg",
        "warehouse": arn,
        "rest.sigv4-enabled": "true",
        "rest.signing-name": "s3tables",
        "rest.signing-region": region,
    }


def _files(archive: str) -> dict[str, str | None]:
    """Returns where pyiceberg reads the files of an archive in S3."""
    parts = urlsplit(archive)
    asked = dict(parse_qsl(parts.query)) if parts.scheme == "s3" else {}
    names = {"region": "s3.region", "endpoint_url": "s3.endpoint"}
    return {names[name]: value for name, value in asked.items() if name in names}


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turns the errors of pyiceberg, and of the packages below it, into IcebergError."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__module__.partition(".")[0] not in OTHERS:
            raise
        if type(error).__name__ == "CommitFailedException":
            raise IcebergError("Another process changed the table meanwhile. Run it again.") from error
        if isinstance(error, FileNotFoundError):
            gone = f"A file went while it was registered: {one_line(str(error))}."
            raise IcebergError(f"{gone} Run it again, since the file may be in a larger one now.") from error
        raise IcebergError(f"The table was not registered: {type(error).__name__}: {one_line(str(error))}") from error
