"""Recovery codes: ten, shown once, each usable once. The database holds digests, so a copy of it opens nothing."""

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from accounts import keyrings
from accounts.models import RecoveryCode, User
from accounts.passwords import ALPHABET

COUNT = 10
GROUPS, GROUP_LENGTH = 4, 6  # 24 characters of 5 bits: 120 bits; ASVS 5.0 6.5.2 accepts a plain digest from 112 on
FEW = 3  # this many or fewer left give a warning
PURPOSE = "recovery code"


def make(user: User, now: datetime, choose: Callable[[str], str] = secrets.choice) -> list[str]:
    """Replaces the user's codes by ten new ones like "k7m2px-4wzd9f-hqa3bc-de7fgh". They cannot be shown again."""
    codes = [
        "-".join("".join(choose(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)) for _ in range(COUNT)
    ]
    rows = [
        RecoveryCode(user=user, digest=keyrings.digest(PURPOSE, _material(user, code)), made_at=now) for code in codes
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(rows)
    return codes


def use(user: User, typed: str, now: datetime) -> bool:
    """Spends an unused code of the user; returns whether it was one. Case, spaces and hyphens do not matter."""
    digests = keyrings.digests(PURPOSE, _material(user, typed))
    return RecoveryCode.objects.filter(user=user, digest__in=digests, used_at=None).update(used_at=now) == 1


def count_unused(user: User) -> int:
    """Returns the number of unused codes."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def page(user: User, host: str, codes: list[str]) -> str:
    """Returns the plain text of the download."""
    return "\n".join([f"Recovery codes of {user.get_username()} at {host}. Each works once.", "", *codes, ""])


def clear(user: User) -> None:
    """Deletes the codes when the user's last second factor is removed."""
    RecoveryCode.objects.filter(user=user).delete()


def _material(user: User, typed: str) -> str:
    return f"{user.pk} {''.join(filter(ALPHABET.__contains__, typed.lower()))}"
