"""Opens the store that ARCHIVE_URL names: file:PATH, or s3://BUCKET/PREFIX?region=R&endpoint_url=URL."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from archive.stores.base import FileStore, StoreError
from archive.stores.local import LocalStore


def opened() -> FileStore:
    """Returns the store of the settings. Raises StoreError for an address that it cannot read."""
    return _opened(settings.ARCHIVE_URL, str(settings.BASE_DIR))


@lru_cache(maxsize=4)
def _opened(url: str, base: str) -> FileStore:
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return LocalStore(Path(base) / parts.path)
    if parts.scheme == "s3" and parts.netloc:
        from archive.stores.s3 import S3Store  # noqa: PLC0415 - boto3 takes longer to import than all of Millrace

        asked = dict(parse_qsl(parts.query))  # of a name given twice, the last
        return S3Store(parts.netloc, parts.path, asked.get("region"), asked.get("endpoint_url"))
    raise StoreError("ARCHIVE_URL is neither file:PATH nor s3://BUCKET/PREFIX.")
