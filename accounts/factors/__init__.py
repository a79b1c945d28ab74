"""Second factors: who has which, and who must have one.

Authenticator apps (TOTP) and passkeys are rows of allauth's Authenticator; recovery codes are our own, and count only
beside one of those.
"""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User

TOTP, PASSKEY, RECOVERY = "totp", "passkey", "recovery code"
NAMES = {Authenticator.Type.TOTP.value: TOTP, Authenticator.Type.WEBAUTHN.value: PASSKEY}  # as events call them


def of(user: User) -> "QuerySet[Authenticator]":
    """The authenticator app and the passkeys of a user, the first added first."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type__in=NAMES).order_by("pk")
    return found


def kinds(user: User) -> set[str]:
    """Which of TOTP and PASSKEY a user has."""
    return {NAMES[kind] for kind in of(user).values_list("type", flat=True)}


def required(user: User) -> bool:
    """Whether this user must have a second factor: REQUIRE_SECOND_FACTOR is "staff", "all" or "none"."""
    return settings.REQUIRE_SECOND_FACTOR == "all" or (settings.REQUIRE_SECOND_FACTOR == "staff" and user.is_staff)
