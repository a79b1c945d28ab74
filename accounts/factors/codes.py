"""Checks typed codes: codes of the authenticator app, and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone

from accounts import events, throttle
from accounts.factors import recovery, totp
from accounts.models import User

LONGEST = 64  # characters; longer input is cut


@dataclass(frozen=True)
class Proof:
    """Holds a right code. `authenticator`: the app that made it; None for a recovery code."""

    user: User
    authenticator: Authenticator | None = None


def use(request: HttpRequest, user: User, typed: str) -> Proof | None:
    """Spends a code and returns its proof; None if it is wrong or was used before, or if no try is left."""
    return throttle.check(request, throttle.Kind.CODE, user, lambda: _use(user, typed[:LONGEST]))


def _use(user: User, typed: str) -> Proof | None:
    now = timezone.now()
    digits = typed.replace(" ", "")
    for authenticator in Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP):
        if totp.use(authenticator, digits, now.timestamp()):
            return Proof(user, authenticator)
    return Proof(user) if recovery.use(user, typed, now) else None


def note(request: HttpRequest, proof: Proof, *, again: bool) -> None:
    """Writes the proof into the session and the log. `again`: the user is signed in already."""
    if proof.authenticator:
        post_authentication(request, proof.authenticator, reauthenticated=again)
        return
    facts = {"reauthenticated": True} if again else {}
    record_authentication(request, proof.user, "mfa", type=Authenticator.Type.RECOVERY_CODES.value, **facts)
    events.record("recovery-codes.used", user=proof.user, request=request, left=recovery.count_unused(proof.user))
