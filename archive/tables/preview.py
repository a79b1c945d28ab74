"""Looks at the beginning of a file: how it would become a table."""

from dataclasses import dataclass, field
from pathlib import Path

from archive.tables.importing import Cells, runs
from archive.tables.kinds import Column, discovered
from archive.tables.opening import opened
from archive.tables.reading import Bad
from archive.tables.spec import Spec

ROWS = 10
SHOWN = 80  # characters of a cell
WIDEST = 50  # columns that are shown


@dataclass
class Preview:
    """Holds the first rows of a file and the facts that were found out of it."""

    columns: list[Column]
    rows: list[list[str | None]]
    bad: list[Bad]
    spec: Spec
    looked_at: int  # rows from which the types were found
    notes: list[str] = field(default_factory=list)


def preview(path: Path, name: str, table: str, spec: Spec, most: int) -> Preview:
    """Returns the first rows, as text, and the types of the columns. Raises SourceError."""
    file = opened(path, name, table, spec, most)
    try:
        run = next((run for run in runs(file) if run.numbers), None)
    finally:
        file.close()
    columns, rows = file.columns, list[list[str | None]]()
    if run:
        cells = Cells(run, file.spec, file.agents)
        columns = list(map(discovered, cells.bare, columns))
        texts = [column[:ROWS].to_pylist() for column in cells.texts[:WIDEST]]
        rows = [[cell and cell[:SHOWN] for cell in row] for row in zip(*texts, strict=True)]
    bad = file.bad.take()
    notes = [note for note in file.bad.notes() if ", line " not in note]
    return Preview(columns[:WIDEST], rows, bad[:ROWS], file.spec, len(run.numbers) if run else 0, notes)
