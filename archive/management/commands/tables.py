"""manage.py tables: makes tables of delimited files and access logs, for `manage.py ask`."""

import json as jsonlib
from argparse import ArgumentParser
from typing import Any

from archive.models import FileTable
from archive.stores.base import StoreError
from archive.stores.opening import opened
from archive.tables import storing
from archive.tables.fetching import local
from archive.tables.importing import Job, Outcome, import_table
from archive.tables.options import add_options, spec_of, table_name
from archive.tables.storing import TableError
from common.text import counted
from streams.core.records import StreamError
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines
from streams.sources.base import SourceError

MOST = 1 << 40  # bytes of a file, unpacked: a packed file may unpack to more than any disk holds


class Command(PlainCommand):
    help = "Makes tables of delimited files, fixed-width files and access logs, for questions in SQL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
        importing = verbs.add_parser("import", help="make a table of a file, or add the file to it")
        importing.add_argument("name", type=table_name, metavar="NAME")
        importing.add_argument("file", metavar="FILE", help="a path, s3://BUCKET/KEY, or - for standard input")
        importing.add_argument("--append", action="store_true", help="add rows to the table; else they replace it")
        add_options(importing)
        listing = verbs.add_parser("list", help="all tables")
        showing = verbs.add_parser("show", help="the columns of a table")
        removing = verbs.add_parser("remove", help="remove a table and its files")
        for verb in (importing, listing, showing):
            verb.add_argument("--json", action="store_true", help="one JSON object a line")
        for verb in (showing, removing):
            verb.add_argument("name", type=table_name, metavar="NAME")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except (SourceError, TableError) as error:
            raise UsageError(str(error)) from None
        except StoreError as error:
            raise StreamError(str(error)) from None

    def _import(self, name: str, file: str, *, append: bool, json: bool, **options: Any) -> None:
        spec = spec_of(options)
        with local(file, MOST) as path:
            source = "standard input" if file == "-" else file.partition("?")[0]
            job = Job(name, path, source, spec, MOST, append=append, progress=self._draw)
            try:
                outcome = import_table(job, opened())
            finally:
                if self.stderr.isatty():
                    self.stderr.draw("\r\x1b[K")
        for note in outcome.notes:
            self.stderr.write(note, str)
        row = _row(outcome.table) | {"imported": outcome.rows, "skipped": outcome.bad}
        self.stdout.write(jsonlib.dumps(row) if json else _said(outcome))

    def _draw(self, line: int) -> None:
        """Draws the number of lines read on a line of the terminal; in a pipe nothing."""
        if self.stderr.isatty():
            self.stderr.draw(f"\r\x1b[K{line:,} lines read")

    def _list(self, *, json: bool, **_: Any) -> None:
        rows = [_row(table) for table in FileTable.objects.order_by("name")]
        for line in map(jsonlib.dumps, rows) if json else lines(rows):
            self.stdout.write(line)

    def _show(self, name: str, *, json: bool, **_: Any) -> None:
        table = _found(name)
        columns = [{"column": column, "type": kind} for column, kind in table.columns]
        if json:
            self.stdout.write(jsonlib.dumps(_row(table) | {"columns": columns}))
            return
        for line in lines(columns):
            self.stdout.write(line)
        self.stdout.write(f"{_numbers(table)}, of {table.source}")

    def _remove(self, name: str, **_: Any) -> None:
        _found(name)
        storing.remove(opened(), name)
        self.stdout.write(f"{name} is removed.")


def _found(name: str) -> FileTable:
    table = FileTable.objects.filter(name=name).first()
    if table is None:
        names = ", ".join(FileTable.objects.order_by("name").values_list("name", flat=True))
        raise UsageError(f"There is no table {name}. The tables are: {names or 'none yet'}.")
    return table


def _row(table: FileTable) -> dict[str, Any]:
    return {
        "table": table.name,
        "rows": table.rows,
        "bad": table.bad,
        "bytes": table.size,
        "source": table.source,
        "by": table.made_by,
        "changed": table.changed.isoformat(timespec="seconds"),
    }


def _numbers(table: FileTable) -> str:
    return f"{counted(table.rows, 'row')}, {counted(table.bad, 'bad line')}, {counted(table.size, 'byte')}"


def _said(outcome: Outcome) -> str:
    table = outcome.table
    bad = f", and {counted(outcome.bad, 'bad line')}, kept in {table.name}/errors" if outcome.bad else ""
    columns = ", ".join(f"{column} {kind}" for column, kind in table.columns)
    return f"{table.name}: {counted(outcome.rows, 'row')}{bad}. Columns: {columns}."
