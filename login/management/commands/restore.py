"""manage.py restore: unpacks a backup into empty places. deploy/restore.sh runs it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from login import backups
from streams.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Unpacks a backup into an empty database and an absent stream; migrates; ends all sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=Path, help="as manage.py backup made it")
        parser.add_argument("--only", choices=["database", "stream"], default="", help="leave the other as it is")
        parser.add_argument(
            "--unauthenticated", action="store_true", help="take an archive though nothing proves that Millrace made it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            manifest = backups.restore(
                options["archive"], now, only=options["only"], proved=not options["unauthenticated"]
            )
        except backups.BackupError as error:
            self.fail(f"Nothing was restored. {error}", 1)
        self.stdout.write(f"Restored what was backed up at {manifest.made.isoformat()}.")
        if options["only"] == "stream":
            return
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Ended {backups.settle(now)} sessions: one that was ended since would live again.")
        for name in backups.missing_keys(manifest):
            self.stderr.write(f"{name} lacks the key of then: what it protects cannot be used (docs/backup.md).", str)
