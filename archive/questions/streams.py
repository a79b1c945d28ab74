"""Offers the archived streams as tables. The undecodable records of a stream are a table of their own."""

from archive.models import ArchivedColumn, ArchivedFile
from archive.questions.request import Column
from archive.questions.tables import Provider, Table
from dashboard.held.looks import recall

ERRORS = "{}/errors"  # the table of a stream's undecodable records
KINDS = {"boolean": "BOOLEAN", "whole": "BIGINT", "number": "DOUBLE", "text": "VARCHAR", "json": "VARCHAR"}
OWN = [
    Column("_arrived", "TIMESTAMP WITH TIME ZONE"),
    Column("_shard", "VARCHAR"),
    Column("_sequence", "VARCHAR"),
    Column("_sub", "INTEGER"),
    Column("_key", "VARCHAR"),
    Column("_raw", "BLOB"),
]
ERROR = Column("_error", "VARCHAR")


def names() -> list[str]:
    """Returns the names of the tables."""
    return list(_archived())


def table(name: str) -> Table | None:
    """Returns a table."""
    found = _archived().get(name)
    if found is None:
        return None
    stream, kind = found
    files = ArchivedFile.objects.filter(stream=stream, kind=kind, removed=False).order_by("hour", "first")
    rows = list(files.values_list("path", "size", "records"))
    return Table(
        name=name,
        columns=[*OWN, *(_fields(stream) if kind == ArchivedFile.RECORDS else [ERROR])],
        files=[path for path, *_ in rows],
        size=sum(size for _, size, _ in rows),
        rows=sum(records for *_, records in rows),
    )


def kinds_of(name: str) -> tuple[str, dict[str, str]] | None:
    """Returns the archived stream that a table shows, by any case of its name, and the kinds of its columns."""
    named = {each.casefold(): stream for each, (stream, kind) in _archived().items() if kind == ArchivedFile.RECORDS}
    if (stream := named.get(name.casefold())) is None:
        return None
    return stream, dict(ArchivedColumn.objects.filter(stream=stream).order_by("pk").values_list("name", "kind"))


def _archived() -> dict[str, tuple[str, str]]:
    """Returns the stream and the kind of files of each table, by its name."""
    return recall("archived streams", _read)


def _read() -> dict[str, tuple[str, str]]:
    rows = sorted(ArchivedFile.objects.filter(removed=False).values_list("stream", "kind").distinct())
    return {stream if kind == ArchivedFile.RECORDS else ERRORS.format(stream): (stream, kind) for stream, kind in rows}


def _fields(stream: str) -> list[Column]:
    columns = ArchivedColumn.objects.filter(stream=stream).order_by("pk").values_list("name", "kind")
    return [Column(name, KINDS[kind]) for name, kind in columns]


PROVIDER = Provider(title="Archived streams", names=names, table=table)
