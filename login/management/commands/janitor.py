"""manage.py janitor: removes expired rows."""

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from login import janitor
from streams.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Removes rows older than the settings RETENTION_… allow. Safe beside running workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count the rows without removing them")
        parser.add_argument("--json", action="store_true", help="one JSON object a line: each table and its rows")

    def handle(self, *args: Any, **options: Any) -> None:
        now, dry_run = timezone.now(), options["dry_run"]
        verb = "Would remove" if dry_run else "Removed"
        total = 0
        for table, rows in janitor.clean(now, self._note, dry_run=dry_run):
            total += rows
            if options["json"]:
                self.stdout.write(json.dumps({"table": table, "rows": rows, "dry_run": dry_run}))
            elif rows:
                self.stdout.write(f"{verb} {rows:,} of {table}.")
        if not total and not options["json"]:
            self.stdout.write("No row is older than the settings allow.")

    def _note(self, sentence: str) -> None:
        self.stderr.write(sentence, str)
