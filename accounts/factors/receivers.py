"""Receivers for added, removed and used second factors: they write the security log."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import events, factors
from accounts.factors import recovery
from accounts.models import User


def _facts(authenticator: Authenticator) -> dict[str, str]:
    kind = factors.NAMES[authenticator.type]
    return {"factor": kind, "label": authenticator.wrap().name} if kind == factors.PASSKEY else {"factor": kind}


@receiver(authenticator_added, dispatch_uid="accounts.factors.added")
def added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    events.record("factor.added", user=user, request=request, **_facts(authenticator))


@receiver(authenticator_removed, dispatch_uid="accounts.factors.removed")
def removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    events.record("factor.removed", user=user, request=request, **_facts(authenticator))
    if not factors.kinds(user):
        recovery.clear(user)


@receiver(authenticator_used, dispatch_uid="accounts.factors.used")
def used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    events.record("factor.used", user=user, request=request, factor=factors.NAMES[authenticator.type])


@receiver(authentication_step_completed, dispatch_uid="accounts.factors.confirmed")
def confirmed(request: HttpRequest, user: User, method: str, *, reauthenticated: bool = False, **more: Any) -> None:
    if reauthenticated:
        by = factors.NAMES.get(more.get("type", ""), method)
        events.record("reauthentication.succeeded", user=user, request=request, method=by)
