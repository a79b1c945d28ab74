"""Reads the reference data of an application: the tables that its script joins with."""

from sql.engine.operators.lookup import Table
from sql.folder import Application, FolderError, Reference
from sql.schema.decoding import Decoder

ROWS_MOST = 5_000_000  # of one table: a file has at most 100 MiB


def tables_of(application: Application) -> dict[str, Table]:
    """Returns the reference tables by name. Raises FolderError for a file with a row that its schema cannot read."""
    return {each.table: _table(each, application.files[each.file]) for each in application.references}


def _table(reference: Reference, content: bytes) -> Table:
    decoder = Decoder(reference.schema, rows_most=ROWS_MOST)
    found = decoder.decode([content]) if content.strip() else None
    if found and found.refused:
        says = str(found.refused[0][1]).rstrip(".")
        others = f" ({len(found.refused) - 1} further rows, too)" if len(found.refused) > 1 else ""
        raise FolderError(f"{reference.file}, of the reference table {reference.table!r}: {says}{others}.")
    return Table(len(reference.schema.columns), decoder.as_tuples(found.rows) if found else [])
