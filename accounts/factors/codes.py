"""Codes that people type: of the authenticator app, or one of the recovery codes."""

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

LONGEST = 64  # characters that are looked at


@dataclass(frozen=True)
class Proof:
    """A code that was right. `authenticator` is the app that it is of; None for a recovery code."""

    user: User
    authenticator: Authenticator | None = None


def use(request: HttpRequest, user: User, typed: str) -> Proof | None:
    """Spends a code; None when it is wrong, was used before, or there were too many wrong ones."""
    return throttle.check(request, throttle.Kind.CODE, user, lambda: _use(user, typed[:LONGEST]))


def _use(user: User, typed: str) -> Proof | None:
    now = timezone.now()
    digits = typed.replace(" ", "")
    for authenticator in Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP):
        if totp.use(authenticator, digits, now.timestamp()):
            return Proof(user, authenticator)
    return Proof(user) if recovery.use(user, typed, now) else None


def note(request: HttpRequest, proof: Proof, *, again: bool) -> None:
    """Writes the proof into the session and the log. `again`: by somebody who is signed in already."""
    if proof.authenticator:
        post_authentication(request, proof.authenticator, reauthenticated=again)
        return
    facts = {"reauthenticated": True} if again else {}
    record_authentication(request, proof.user, "mfa", type=Authenticator.Type.RECOVERY_CODES.value, **facts)
    events.record("recovery-codes.used", user=proof.user, request=request, left=recovery.left(proof.user))
