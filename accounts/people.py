"""Lets administrators list other users and act on their accounts. They can never choose a user's password."""

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

from accounts import credentials, events, resets, roles, sessions
from accounts.models import Session, User, containing

FACTORS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


class NotDoneError(Exception):
    """Says why an allowed action could not be done; the message is for the administrator."""


class Person(NamedTuple):
    """Is a row of the list. `factors`: as text, empty for none. `sessions`: the number of valid ones."""

    user: User
    factors: list[str]
    sessions: int


def search(words: str) -> QuerySet[User]:
    """Returns the users with a name that contains `words`, by name."""
    return (containing("username", words) if words else User.objects.all()).order_by("username")


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
    """Is an action of an administrator on an account.

    `allowed`: whether it applies to the account as it is. `will`: the effect, shown before. `act` does it and returns a
    sentence about it, within the transaction that found it allowed, or after that transaction if it is `slow`.
    """

    title: str
    allowed: Callable[[User], bool]
    will: Callable[[User], str]
    act: Callable[[User, User, HttpRequest], str]
    slow: bool = False


def refusal(verb: str, user: User, admin: User) -> str:
    """Returns why this administrator may not do this to this account; empty if they may."""
    if user == admin:
        return "That is your own account: another administrator has to do this."
    if not VERBS[verb].allowed(user):
        return f"The account of {user.get_username()} is no longer as it was shown: look at it again."
    return ""


def perform(verb: str, user: User, admin: User, request: HttpRequest) -> tuple[bool, str]:
    """Does the action. Returns whether it was done, and a sentence.

    Nobody acts on their own account, and only an active administrator acts, so one is always left, even if two act on
    each other at once.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().order_by("pk").in_bulk([user.pk, admin.pk])
        if len(locked) < len({user.pk, admin.pk}) or not _may_act(locked[admin.pk]):
            return False, "Nothing was changed: one of the two accounts has changed meanwhile."
        user, admin = locked[user.pk], locked[admin.pk]
        if refused := refusal(verb, user, admin):
            return False, refused
        chosen = VERBS[verb]
        if not chosen.slow:
            return True, chosen.act(user, admin, request)
    try:
        return True, chosen.act(user, admin, request)
    except NotDoneError as error:
        return False, str(error)


def _may_act(admin: User) -> bool:
    return admin.is_active and admin.role == roles.ADMINISTRATOR


def _deactivation(user: User) -> str:
    found = _listed(credentials.count(user))
    ends = f" and {found} revoked for good" if found else ""
    name = user.get_username()
    return (
        f"{name} is signed out everywhere within seconds{ends}, and cannot sign in. The account and its history stay."
    )


def _listed(counts: dict[str, int]) -> str:
    return " and ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items() if count)


def _deactivate(user: User, admin: User, request: HttpRequest) -> str:
    user.is_active = False
    user.save(update_fields=["is_active"])
    credentials.revoke_silently(user, timezone.now())
    events.record("user.deactivated", user=user, request=request, by=admin.get_username())
    return f"{user.get_username()} is deactivated."


def _activate(user: User, admin: User, request: HttpRequest) -> str:
    user.is_active = True
    user.save(update_fields=["is_active"])
    events.record("user.activated", user=user, request=request, by=admin.get_username())
    return f"{user.get_username()} may sign in again."


def _sessions(user: User) -> int:
    return user.sessions.filter(expire_date__gt=timezone.now()).count()


def _ending(user: User) -> str:
    count = _sessions(user)
    which = "1 session ends" if count == 1 else f"{count} sessions end"
    return f"{which} within seconds, open pages too. {user.get_username()} may sign in again at once."


def _end_sessions(user: User, admin: User, request: HttpRequest) -> str:
    count = sessions.end_all(user, "staff", request, by=admin.get_username())
    return f"{count} session{'s' * (count != 1)} of {user.get_username()} ended."


def _activation(user: User) -> str:
    return f"{user.get_username()} may sign in again, with the password and the second factors of before."


def _reset(user: User) -> str:
    return f"A link goes to {user.email} and works once, for an hour. The password stays until it is used."


def _send_reset(user: User, admin: User, request: HttpRequest) -> str:
    if not resets.send(user, request, by=admin.get_username()):
        raise NotDoneError(f"Nothing was sent to {user.email}: see mail.failed in the security log.")
    return f"A link to set a new password is on its way to {user.email}."


def _can_be_mailed(user: User) -> bool:
    return user.is_active and bool(user.email) and settings.MAIL_CONFIGURED


def _revocation(user: User) -> str:
    return f"{_listed(credentials.count(user))} revoked for good: scripts with them are refused."


def _revoke(user: User, admin: User, request: HttpRequest) -> str:
    count = credentials.revoke_all(user, "staff", timezone.now(), request, by=admin.get_username())
    return f"{count} tokens and keys of {user.get_username()} revoked."


def _role_verb(role: str) -> Verb:
    """Returns the verb that gives an account this role."""
    title, scopes = roles.ROLES[role].title, roles.ROLES[role].scopes

    def will(user: User) -> str:
        lost = credentials.count_beyond(user, scopes, timezone.now())
        revoked = f" {lost} of their tokens and keys may do more and are revoked for good." if lost else ""
        return f"{user.get_username()} {roles.ROLES[role].about}. Open pages follow within seconds.{revoked}"

    def act(user: User, admin: User, request: HttpRequest) -> str:
        was, by = user.role, admin.get_username()
        user.is_staff, user.is_superuser = roles.ROLES[role].is_staff, roles.ROLES[role].is_superuser
        user.save(update_fields=["is_staff", "is_superuser"])
        events.record("user.role-changed", user=user, request=request, was=was, role=role, by=by)
        credentials.revoke_all(user, "role changed", timezone.now(), request, by=by, beyond=scopes)
        return f"{user.get_username()} is now {title}."

    return Verb(f"Make {title}", lambda user: user.role != role, will, act)


VERBS = {
    **{f"make-{role}": _role_verb(role) for role in roles.ROLES},
    "end-sessions": Verb("End all sessions", lambda user: _sessions(user) > 0, _ending, _end_sessions),
    "send-reset": Verb("Send a link to set a new password", _can_be_mailed, _reset, _send_reset, slow=True),
    "revoke": Verb(
        "Revoke all tokens and keys", lambda user: any(credentials.count(user).values()), _revocation, _revoke
    ),
    "deactivate": Verb("Deactivate", lambda user: user.is_active, _deactivation, _deactivate),
    "activate": Verb("Activate", lambda user: not user.is_active, _activation, _activate),
}
