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
        parser.add_argument("archive", type=Path, help="an archive that `backup` made")
        parser.add_argument(
            "--only",
            choices=["database", "stream"],
            default="",
            help="restore only this part, and leave the other unchanged",
        )
        parser.add_argument(
            "--unauthenticated", action="store_true", help="accept an archive without a proof that Millrace made it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            manifest = backups.restore(
                options["archive"], now, only=options["only"], proved=not options["unauthenticated"]
            )
        except backups.BackupError as error:
            self.fail(f"Nothing was restored. {error}", 1)
        self.stdout.write(f"Restored the backup of {manifest.made.isoformat()}.")
        if options["only"] == "stream":
            return
        call_command("migrate", verbosity=0)
        self.stdout.write(f"Ended {backups.settle(now)} sessions: those ended since the backup would be valid again.")
        for name in backups.missing_keys(manifest):
            self.stderr.write(
                f"{name} lacks the key of the backup: data under that key cannot be used (docs/backup.md).", str
            )
