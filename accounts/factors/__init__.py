"""Second factors: which ones a user has, and which users must have one.

Authenticator apps (TOTP) and passkeys are rows of allauth's Authenticator. Recovery codes are our own, and count only
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
NAMES = {  # allauth's types: their names in events
    Authenticator.Type.TOTP.value: TOTP,
    Authenticator.Type.WEBAUTHN.value: PASSKEY,
    Authenticator.Type.RECOVERY_CODES.value: RECOVERY,
}


def of(user: User) -> QuerySet[Authenticator]:
    """Returns the authenticator app and the passkeys of a user, the first added first."""
    authenticators: QuerySet[Authenticator] = Authenticator.objects.filter(user=user).order_by("pk")
    return authenticators


def kinds(user: User) -> set[str]:
    """Returns which of TOTP and PASSKEY a user has."""
    return {NAMES[kind] for kind in of(user).values_list("type", flat=True)}


def lacks_required(user: User) -> bool:
    """Returns whether the user must have a second factor and has none. Takes no query if they need none."""
    return second_factor_required(user) and not of(user).exists()


def needed(user: User) -> str:
    """Returns the step that a user must take before their sessions, API tokens and access keys can open anything else.

    One of PASSWORD_NEEDED and FACTOR_NEEDED; "" for no step.
    """
    if provisional.must_be_replaced(user):
        return PASSWORD_NEEDED
    return FACTOR_NEEDED if lacks_required(user) else ""


def is_last(authenticator: Authenticator) -> bool:
    """Returns whether removing the authenticator would leave its user without a required second factor."""
    user = authenticator.user
    return second_factor_required(user) and not of(user).exclude(pk=authenticator.pk).exists()
