"""Lays the files of a question's tables where its process may read them, for as long as the question lasts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.questions import request
from archive.questions.tables import Table, TableError
from archive.stores.base import FileStore

MOST_FETCHED = 1 << 30  # bytes that one question fetches from a store that is not on this machine


@contextmanager
def prepared(tables: Sequence[Table], store: FileStore, most: int = MOST_FETCHED) -> Iterator[list[request.Table]]:
    """Yields the tables as the question's process takes them. Raises TableError and StoreError."""
    away = [table for table in tables if table.files and "://" in store.url(table.files[0])]
    if (size := sum(table.size for table in away)) > most:
        raise TableError(f"The files of these tables have {size:,} bytes, and a question fetches at most {most:,}.")
    with TemporaryDirectory(prefix="millrace-ask-") as folder:
        yield [_ready(table, store, Path(folder), fetched=table in away) for table in tables]


def _ready(table: Table, store: FileStore, folder: Path, *, fetched: bool) -> request.Table:
    if table.make:
        paths = [str(path) for path in table.make(folder)]
    elif fetched:
        paths = [str(_fetch(store, path, folder)) for path in table.files]
    else:
        paths = [store.url(path) for path in table.files]
    return request.Table(table.name, paths, table.size, list(table.columns))


def _fetch(store: FileStore, path: str, folder: Path) -> Path:
    """Returns the copy of a file. DuckDB would load an extension to read from S3, and use the network."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(store.get(path))
    return place
