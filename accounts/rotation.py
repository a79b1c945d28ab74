"""Encrypts every two-way encrypted value anew under the current key. REGISTRY names the columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from msgspec import Struct, field

from accounts import keyrings
from accounts.models import AccessKey

BATCH = 200  # rows under lock in one transaction


class Encrypted(Struct, frozen=True):
    """Is a column, or a part of a JSON column, with values of keyrings.encrypt()."""

    name: str  # a noun in the plural, as messages show it
    rows: Callable[[], QuerySet[Any]]
    column: str
    part: str | None = None

    def token(self, row: Any) -> str:
        value = getattr(row, self.column)
        return str(value[self.part] if self.part else value)

    def put(self, row: Any, token: str) -> None:
        setattr(row, self.column, getattr(row, self.column) | {self.part: token} if self.part else token)


class Outcome(Struct):
    """Counts the results for one kind of value, with the primary keys of rows that no key of the ring opens."""

    anew: int = 0
    current: int = 0
    unreadable: list[Any] = field(default_factory=list)


SEEDS = Encrypted(
    "seeds of authenticator apps",
    lambda: Authenticator.objects.filter(type=Authenticator.Type.TOTP),
    "data",
    "secret",
)
ACCESS_KEYS = Encrypted("secrets of access keys", AccessKey.objects.all, "sealed")
REGISTRY: list[Encrypted] = [SEEDS, ACCESS_KEYS]  # another app appends its own in AppConfig.ready()


def rotate(kind: Encrypted, *, dry_run: bool = False, batch: int = BATCH) -> Outcome:
    """Encrypts every value with a former key anew. It may be stopped and run again, while people sign in."""
    outcome, rows = Outcome(), kind.rows().order_by("pk")
    some = _batch(kind, rows, outcome, batch=batch, dry_run=dry_run)
    while some:
        some = _batch(kind, rows.filter(pk__gt=some[-1].pk), outcome, batch=batch, dry_run=dry_run)
    return outcome


def _batch(kind: Encrypted, rows: QuerySet[Any], outcome: Outcome, *, batch: int, dry_run: bool) -> list[Any]:
    with transaction.atomic():
        some = list(rows.select_for_update()[:batch])
        changed = [row for row in some if _renew(kind, row, outcome)]
        if not dry_run:
            kind.rows().bulk_update(changed, [kind.column])
    return some


def _renew(kind: Encrypted, row: Any, outcome: Outcome) -> bool:
    """Encrypts the row's value anew, in memory. Returns whether it changed."""
    try:
        text = keyrings.decrypt(kind.token(row))
    except (keyrings.KeyRingError, KeyError):
        outcome.unreadable.append(row.pk)
        return False
    if keyrings.is_current(kind.token(row)):
        outcome.current += 1
        return False
    kind.put(row, keyrings.encrypt(text))
    outcome.anew += 1
    return True
