"""Second factors: who has which, and who must have one.

Authenticator apps (TOTP) and passkeys are rows of allauth's Authenticator; recovery codes are our own, and count only
beside one of those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator

from accounts.passwords import provisional
from accounts.passwords.validators import second_factor_required

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery code"
PASSWORD_NEEDED, FACTOR_NEEDED = "password of your own needed", "second factor needed"
NAMES = {  # as events call what allauth calls so
    Authenticator.Type.TOTP.value: TOTP,
    Authenticator.Type.WEBAUTHN.value: PASSKEY,
    Authenticator.Type.RECOVERY_CODES.value: RECOVERY,
}


def of(user: User) -> QuerySet[Authenticator]:
    """The authenticator app and the passkeys of a user, the first added first."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user).order_by("pk")
    return found


def kinds(user: User) -> set[str]:
    """Which of TOTP and PASSKEY a user has."""
    return {NAMES[kind] for kind in of(user).values_list("type", flat=True)}


def lacking(user: User) -> bool:
    """Whether a user must have a second factor and has none. No query for who need not."""
    return second_factor_required(user) and not of(user).exists()


def needed(user: User) -> str:
    """What a user must do before anything else is open to them, to their sessions and to their API tokens alike.

    One of PASSWORD_NEEDED and FACTOR_NEEDED; "" for nothing.
    """
    if provisional.must_be_replaced(user):
        return PASSWORD_NEEDED
    return FACTOR_NEEDED if lacking(user) else ""


def is_last(authenticator: Authenticator) -> bool:
    """Whether its user would be left without the second factor that they must have."""
    user = authenticator.user
    return second_factor_required(user) and not of(user).exclude(pk=authenticator.pk).exists()
