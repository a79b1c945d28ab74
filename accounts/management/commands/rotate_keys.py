"""manage.py rotate_keys [--dry-run]"""

from typing import Any

from django.core.management.base import CommandParser

from accounts import keyrings, rotation
from accounts.management.plain import PlainCommand


class Command(PlainCommand):
    help = "Encrypts all encrypted fields anew with the first of FIELD_KEYS (docs/runbooks/keys.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print the changes without making them")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        try:
            key = keyrings.current(keyrings.fields())
        except keyrings.KeyRingError as error:
            self.fail(f"{error} See docs/runbooks/keys.md.")
        unreadable = sum(self._rotate(kind, key, dry_run=dry_run) for kind in rotation.REGISTRY)
        if unreadable:
            self.fail("Put the keys of the values that cannot be read back into FIELD_KEYS, and run this again.", 1)

    def _rotate(self, kind: rotation.Encrypted, key: str, *, dry_run: bool) -> int:
        done, verb = rotation.rotate(kind, dry_run=dry_run), "would be encrypted" if dry_run else "encrypted"
        self.stdout.write(f"{kind.name}: {done.anew} {verb} anew with key {key}, {done.current} had it already")
        if done.unreadable:
            some = ", ".join(map(str, done.unreadable[:10]))
            self.stderr.write(f"{kind.name}: {len(done.unreadable)} cannot be read (rows {some})")
        return len(done.unreadable)
