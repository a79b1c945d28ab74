"""Imports a file as a table: finds the kinds of its columns, writes Parquet files, and keeps the lines that are bad.

The kinds are those of the whole file. They are found while the rows are written; where a later row widens one, the rest
is only read for kinds, and the file is written anew in a second pass.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
from django.utils import timezone

from archive.models import FileTable, TablePart
from archive.stores.base import FileStore
from archive.tables import storing
from archive.tables.kinds import KINDS, Column, cells_of, convert, discovered, misfit_reason, odd_row, trimmed
from archive.tables.opening import Opened, opened
from archive.tables.reading import Bad, Run
from archive.tables.spec import Spec
from archive.tables.storing import PartWriter, TableError
from common.text import quoted
from ingest.files.bad_lines import BadLineError

ERRORS = pa.schema([("_line", pa.int64()), ("_error", pa.string()), ("_text", pa.string()), ("_raw", pa.binary()),
                    ("_file", pa.string())])  # fmt: skip
SHOWN = 40  # characters of a cell in a sentence


@dataclass(frozen=True)
class Job:
    """Says which file becomes which table."""

    table: str
    path: Path
    source: str  # the file, as people name it
    spec: Spec
    most: int  # bytes of the file, unpacked
    made_by: str = ""
    append: bool = False
    progress: Callable[[int], None] = lambda line: None  # called now and then with the number of lines read


@dataclass
class Outcome:
    """Holds the table, and sentences for people."""

    table: FileTable
    rows: int  # of this file
    bad: int
    notes: list[str] = field(default_factory=list)


class Cells:
    """Holds one run as columns of text: the cells as they are, and as kinds other than text read them."""

    def __init__(self, run: Run, spec: Spec, agents: int | None) -> None:
        columns = list(run.columns)
        if agents is not None:
            from archive.tables.agents import columns_of  # noqa: PLC0415 - its lists take a fifth of a second

            columns += columns_of(columns[agents])
        self.run = run
        self.texts = [cells_of(values, spec.null) for values in columns]
        self.bare = [trimmed(cells, decimal_comma=spec.decimal_comma) for cells in self.texts]


class Pass:
    """Reads the whole file once and writes its rows."""

    def __init__(self, job: Job, store: FileStore, run: str, fixed: Sequence[Column] | None) -> None:
        """The kinds are those of `fixed`, if it is given."""
        self.stale = False  # a row widened a kind after rows were written; from then on only kinds are found
        self.widened: list[str] = []  # sentences about columns that became text
        self.first_bad: list[str] = []
        self._opened = opened(job.path, job.source, job.table, job.spec, job.most)
        self._job, self._fixed = job, fixed
        self.columns = self._opened.columns
        self._writers = {TablePart.ERRORS: PartWriter(store, job.table, TablePart.ERRORS, run, ERRORS)}
        self._new_rows = partial(PartWriter, store, job.table, TablePart.ROWS, run)

    def read(self) -> Outcome:
        """Reads the file to its end. Raises SourceError and StoreError."""
        bad = self._opened.bad
        try:
            if self._fixed:
                self.columns = _fitted(self.columns, self._fixed, self._job.table)
            for run in runs(self._opened):
                if run.numbers:
                    self._job.progress(run.numbers[-1])
                    self._take(Cells(run, self._opened.spec, self._opened.agents))
                self._keep_bad(bad.take())
        finally:
            self._opened.close()
        if not self.stale:
            self._rows()
            for writer in self._writers.values():
                writer.close()
        notes = bad.notes()
        self.first_bad = [each for each in notes if ", line " in each][:1]
        rows = self._writers[TablePart.ROWS].rows if not self.stale else 0
        return Outcome(FileTable(), rows, bad.total, [*self.widened, *notes, *bad.sum_up()])

    def _rows(self) -> PartWriter:
        if TablePart.ROWS not in self._writers:
            schema = pa.schema([(each.name, KINDS[each.kind or "text"].column) for each in self.columns])
            self._writers[TablePart.ROWS] = self._new_rows(schema)
        return self._writers[TablePart.ROWS]

    def _take(self, cells: Cells) -> None:
        if self._fixed is None:
            found = list(map(discovered, cells.bare, self.columns))
            if found != self.columns:
                self._widen(found, cells)
        if not self.stale:
            self._rows().add(self._batch(cells))

    def _widen(self, found: list[Column], cells: Cells) -> None:
        kinds = [(old.kind, new.kind) for old, new in zip(self.columns, found, strict=True)]
        self.stale = self.stale or (TablePart.ROWS in self._writers and any(old != new for old, new in kinds))
        for before, after, bare_cells in zip(self.columns, found, cells.bare, strict=True):
            row = odd_row(before, bare_cells) if after.kind == "text" != before.kind else None
            if row is not None:
                cell, number = quoted(bare_cells[row].as_py()[:SHOWN]), cells.run.numbers[row]
                self.widened.append(f"The column {quoted(before.name)} is text, since line {number:,} has {cell}.")
        self.columns = found

    def _batch(self, cells: Cells) -> pa.RecordBatch:
        """Returns the rows whose cells all fit; the lines of the others are bad."""
        arrays, wrong = [], dict[int, BadLineError]()
        for column, texts, bare_cells in zip(self.columns, cells.texts, cells.bare, strict=True):
            values, misfits = convert(column, texts, bare_cells)
            arrays.append(values)
            for row, cell in misfits:
                wrong.setdefault(row, BadLineError(misfit_reason(column), quoted(cell[:SHOWN])))
        for row, error in sorted(wrong.items()):
            self._opened.bad.add(cells.run.numbers[row], error, cells.run.texts[row].encode())
        batch = pa.RecordBatch.from_arrays(arrays, names=[each.name for each in self.columns])
        return batch.filter(pa.array([row not in wrong for row in range(len(batch))])) if wrong else batch

    def _keep_bad(self, bad: Sequence[Bad]) -> None:
        if bad and not self.stale:
            rows = [_error_row(each, self._job.source) for each in sorted(bad, key=attrgetter("number"))]
            columns = [list(values) for values in zip(*rows, strict=True)]
            self._writers[TablePart.ERRORS].add(
                pa.RecordBatch.from_arrays(
                    [pa.array(values, each.type) for values, each in zip(columns, ERRORS, strict=True)], schema=ERRORS
                )
            )


def _error_row(bad: Bad, source: str) -> tuple[int, str, str | None, bytes | None, str]:
    """Returns the number, the reason, the text, the bytes if the text does not tell them, and the file of a line."""
    if bad.raw is None:
        return bad.number, bad.reason, None, None, source
    try:
        return bad.number, bad.reason, bad.raw.decode(), None, source
    except UnicodeDecodeError:
        return bad.number, bad.reason, bad.raw.decode(errors="backslashreplace"), bad.raw, source


def runs(opened: Opened) -> Iterator[Run]:
    """Yields the rows of an open file, a megabyte or so at a time. Raises SourceError."""
    while True:
        first, lines = opened.lines.take(opened.form.at_once)
        if lines:
            yield opened.form.run(first, lines)
        elif opened.lines.over:
            yield opened.form.rest()
            return


def _fitted(columns: Sequence[Column], fixed: Sequence[Column], table: str) -> list[Column]:
    """Returns the file's columns with the kinds of the table. Raises TableError if it has others."""
    kinds = {each.name: each for each in fixed}
    if kinds.keys() != {each.name for each in columns}:
        raise TableError(
            f"{table} has the columns {', '.join(kinds)}, and this file has {', '.join(each.name for each in columns)}."
        )
    return [kinds[each.name]._replace(form=each.form) for each in columns]


def import_table(job: Job, store: FileStore) -> Outcome:
    """Imports a file. Raises SourceError, TableError and StoreError, after which the table is as it was."""
    storing.refuse_taken(job.table)
    known = _known(job)
    run = secrets.token_hex(8)
    try:
        last, outcome = _passes(job, store, run, known)
        columns = [[each.name, each.kind or "text"] for each in known or last.columns]
        outcome.table = FileTable(name=job.table, columns=columns, source=job.source[:300], made_by=job.made_by)
        if not outcome.rows and outcome.bad:
            raise TableError(f"No row could be made of {job.source}. {' '.join(last.first_bad)}".strip())
        outcome.table = storing.keep(outcome.table, run, append=known is not None)
    except BaseException:
        storing.abandon(store, job.table, run)
        raise
    storing.sweep(store, timezone.now())
    return outcome


def _known(job: Job) -> list[Column] | None:
    """Returns the columns of the table to which rows are added; None for a new one."""
    table = FileTable.objects.filter(name=job.table).first() if job.append else None
    return [Column(name, kind, declared=True) for name, kind in table.columns] if table else None


def _passes(job: Job, store: FileStore, run: str, known: Sequence[Column] | None) -> tuple[Pass, Outcome]:
    """Reads the file once, or twice where a later row widened a kind. Returns the last pass."""
    only = Pass(job, store, run, known)
    outcome = only.read()
    if not only.stale:
        return only, outcome
    storing.abandon(store, job.table, run)
    again = Pass(job, store, run, only.columns)
    outcome = again.read()
    outcome.notes = [*only.widened, *outcome.notes]
    return again, outcome
