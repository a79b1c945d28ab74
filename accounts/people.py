"""Lets staff list other users and act on their accounts. Staff can never choose a user's password."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import credentials, events, resets, sessions
from accounts.models import Session, User, holding

FACTORS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


class NotDoneError(Exception):
    """Says why an allowed action could not be done; the message is for the member of staff."""


class Person(NamedTuple):
    """Is a row of the list. `factors`: as text, empty for none. `sessions`: the number of valid ones."""

    user: User
    factors: list[str]
    sessions: int


def search(words: str) -> QuerySet[User]:
    """Returns the users with a name that contains `words`, by name."""
    return (holding("username", words) if words else User.objects.all()).order_by("username")


def rows(users: Iterable[User], now: datetime) -> list[Person]:
    """Returns the rows of the list, in three queries for any number of users."""
    users = list(users)
    kinds = Counter(Authenticator.objects.filter(user__in=users).order_by("pk").values_list("user_id", "type"))
    living = Counter(Session.objects.filter(user__in=users, expire_date__gt=now).values_list("user_id", flat=True))
    return [
        Person(
            user, [_factor(kind, count) for (owner, kind), count in kinds.items() if owner == user.pk], living[user.pk]
        )
        for user in users
    ]


def _factor(kind: str, count: int) -> str:
    name = FACTORS.get(kind, kind)
    return f"{count} {name}s" if kind == "webauthn" and count > 1 else name


class Verb(NamedTuple):
    """Is an action of staff on an account. `allowed`: whether it applies to the account in its present state.

    `will`: the effect, shown before. `act` does it and returns a sentence about it, within the transaction that found
    it allowed, or after that transaction if it is `slow`.
    """

    title: str
    allowed: Callable[[User], bool]
    will: Callable[[User], str]
    act: Callable[[User, User, HttpRequest], str]
    slow: bool = False


def refusal(verb: str, user: User, staff: User) -> str:
    """Returns why this member of staff may not do this to this account; empty if they may."""
    if user == staff:
        return "That is your own account: another member of staff has to do this."
    if user.is_superuser and not staff.is_superuser:
        return f"{user.get_username()} is a superuser: only another superuser may do this."
    if not VERBS[verb].allowed(user):
        return f"The account of {user.get_username()} is no longer as it was shown: look at it again."
    return ""


def do(verb: str, user: User, staff: User, request: HttpRequest) -> tuple[bool, str]:
    """Does the action. Returns whether it was done, and a sentence.

    Two members of staff at once cannot lock each other out.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().order_by("pk").in_bulk([user.pk, staff.pk])
        if len(locked) < len({user.pk, staff.pk}) or not (locked[staff.pk].is_active and locked[staff.pk].is_staff):
            return False, "Nothing was changed: one of the two accounts has changed meanwhile."
        user, staff = locked[user.pk], locked[staff.pk]
        if refused := refusal(verb, user, staff):
            return False, refused
        chosen = VERBS[verb]
        if not chosen.slow:
            return True, chosen.act(user, staff, request)
    try:
        return True, chosen.act(user, staff, request)
    except NotDoneError as error:
        return False, str(error)


def _deactivation(user: User) -> str:
    found = [f"{count} {noun}{'s' * (count != 1)}" for noun, count in credentials.count(user).items() if count]
    ends = f" and {' and '.join(found)} revoked for good" if found else ""
    name = user.get_username()
    return (
        f"{name} is signed out everywhere within seconds{ends}, and cannot sign in. The account and its history stay."
    )


def _deactivate(user: User, staff: User, request: HttpRequest) -> str:
    user.is_active = False
    user.save(update_fields=["is_active"])
    credentials.revoke_silently(user, timezone.now())
    events.record("user.deactivated", user=user, request=request, by=staff.get_username())
    return f"{user.get_username()} is deactivated."


def _activate(user: User, staff: User, request: HttpRequest) -> str:
    user.is_active = True
    user.save(update_fields=["is_active"])
    events.record("user.activated", user=user, request=request, by=staff.get_username())
    return f"{user.get_username()} may sign in again."


def _sessions(user: User) -> int:
    return user.sessions.filter(expire_date__gt=timezone.now()).count()


def _ending(user: User) -> str:
    count = _sessions(user)
    which = "1 session ends" if count == 1 else f"{count} sessions end"
    return f"{which} within seconds, open pages too. {user.get_username()} may sign in again at once."


def _end_sessions(user: User, staff: User, request: HttpRequest) -> str:
    count = sessions.end_all(user, "staff", request, by=staff.get_username())
    return f"{count} session{'s' * (count != 1)} of {user.get_username()} ended."


def _activation(user: User) -> str:
    return f"{user.get_username()} may sign in again, with the password and the second factors of before."


def _reset(user: User) -> str:
    return f"A link goes to {user.email} and works once, for an hour. The password stays until it is used."


def _send_reset(user: User, staff: User, request: HttpRequest) -> str:
    if not resets.send(user, request, by=staff.get_username()):
        raise NotDoneError(f"Nothing was sent to {user.email}: see mail.failed in the security log.")
    return f"A link to set a new password is on its way to {user.email}."


def _can_be_mailed(user: User) -> bool:
    return user.is_active and bool(user.email) and settings.MAIL_CONFIGURED


VERBS = {
    "end-sessions": Verb("End all sessions", lambda user: _sessions(user) > 0, _ending, _end_sessions),
    "send-reset": Verb("Send a link to set a new password", _can_be_mailed, _reset, _send_reset, slow=True),
    "deactivate": Verb("Deactivate", lambda user: user.is_active, _deactivation, _deactivate),
    "activate": Verb("Activate", lambda user: not user.is_active, _activation, _activate),
}
