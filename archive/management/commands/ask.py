"""manage.py ask: answers a question in SQL over the archive."""

import json as jsonlib
from argparse import ArgumentParser
from typing import Any

from archive.questions import tables
from archive.questions.asking import AskError, Bounds, Question
from archive.questions.preparing import prepared
from archive.stores.base import StoreError
from archive.stores.opening import opened
from streams.management.options import up_to
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines

MOST = 1_000_000  # rows


class Command(PlainCommand):
    help = "Answers one SELECT (DuckDB's SQL) over archived streams and other tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sql", metavar="SELECT", help="for example: SELECT count(*) FROM trades")
        parser.add_argument("--rows", type=up_to(MOST), default=1000, help="rows at most (default: 1000)")
        parser.add_argument("--json", action="store_true", help="one JSON object a row")

    def handle(self, *args: Any, sql: str, rows: int, json: bool, **options: Any) -> None:
        found: list[tables.Table] = []
        try:
            found = tables.named(sql)
            with prepared(found, opened()) as ready:
                answer = Question(sql, ready, Bounds(rows=rows)).answer()
        except (AskError, StoreError, tables.TableError) as error:
            there = "" if found else f" The tables are: {', '.join(tables.names()) or 'none yet'}."
            raise UsageError(f"{error}{there}") from None
        heads = [column.name for column in answer.columns]
        if json:
            for row in answer.rows:
                self.stdout.write(jsonlib.dumps(dict(zip(heads, row, strict=True))))
        else:
            for line in lines([dict(zip(heads, row, strict=True)) for row in answer.rows]):
                self.stdout.write(line)
        read = f"{sum(each.size for each in found):,} bytes of files"
        self.stderr.write(f"{len(answer.rows):,} rows{' (more were left out)' if answer.cut else ''}, {read}.", str)
