"""Reads the bad lines of a table again, for people."""

from typing import Any

from archive.files import table_of
from archive.models import TablePart
from archive.stores.base import FileStore


def errors_of(name: str, store: FileStore, most: int) -> list[dict[str, Any]]:
    """Returns the first bad lines: `line`, `error`, `text` and `file` of each. Raises StoreError."""
    parts = TablePart.objects.filter(table=name, kind=TablePart.ERRORS, state=TablePart.KEPT).order_by("pk")
    part = parts.first()
    if part is None:
        return []
    rows = table_of(store.get(part.path)).slice(0, most).to_pylist()
    return [{name.removeprefix("_"): value for name, value in row.items()} for row in rows]
