"""manage.py backup: makes an archive of the database and the embedded stream. deploy/backup.sh runs it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from login.backups import BackupError, make
from streams.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Makes an archive of the database and the embedded stream, while everything runs. It holds no keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder for the archive; only its owner can read the archive")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(str(make(options["folder"], timezone.now())))
        except BackupError as error:
            self.fail(f"No backup was made. {error}", 1)
