"""Offers the tables of files to questions. The lines of a file that were bad are a table of their own."""

from archive.models import FileTable, TablePart
from archive.questions.request import Column
from archive.questions.tables import Provider, Table

ERRORS = "{}/errors"
ERROR_COLUMNS = [
    Column("_line", "BIGINT"),
    Column("_error", "VARCHAR"),
    Column("_text", "VARCHAR"),
    Column("_raw", "BLOB"),
    Column("_file", "VARCHAR"),
]
KINDS = {
    "boolean": "BOOLEAN",
    "int": "BIGINT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "text": "VARCHAR",
}


def names() -> list[str]:
    """Returns the names of the tables."""
    found = FileTable.objects.order_by("name").values_list("name", "bad")
    return [each for name, bad in found for each in ([name, ERRORS.format(name)] if bad else [name])]


def table(name: str) -> Table | None:
    """Returns a table."""
    of, _, errors = name.partition("/")
    found = FileTable.objects.filter(name=of).first()
    if found is None:
        return None
    kind = TablePart.ERRORS if errors else TablePart.ROWS
    parts = TablePart.objects.filter(table=of, state=TablePart.KEPT, kind=kind).order_by("pk")
    rows = list(parts.values_list("path", "size", "rows"))
    return Table(
        name=name,
        columns=ERROR_COLUMNS if errors else [Column(each, KINDS[kind]) for each, kind in found.columns],
        files=[path for path, *_ in rows],
        size=sum(size for _, size, _ in rows),
        rows=sum(count for *_, count in rows),
    )


PROVIDER = Provider(title="Files", names=names, table=table)
