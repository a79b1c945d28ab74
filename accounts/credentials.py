"""Holds the common parts of API tokens and access keys: their terms, their state, their use and their end.

Neither opens more than a session of its owner would: while its owner must add a second factor, or replace a password
that a command printed, it rests. A new password by link or by command revokes all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from accounts import access, events, factors
from accounts.models import AccessKey, ApiToken, User
from accounts.models.tokens import Credential
from common.lasting import has_ended, lasting

DAYS, MOST_DAYS = 90, 365  # lifetime of a credential: the default and the longest
LONGEST = timedelta(days=MOST_DAYS)
MOST = 25  # valid credentials of one user and one kind
USED_EVERY = timedelta(minutes=1)  # a credential in use is written at most once a minute
REMEMBERED = 20  # addresses kept for one credential
ACTIVE, REVOKED, EXPIRED, DEACTIVATED = "active", "revoked", "expired", "deactivated"

Row = TypeVar("Row", bound=Model)


class TooManyError(ValueError):
    """Says that the user already has MOST valid credentials of the kind."""


class Refused(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """Says that a credential was refused. `reason` is a word for the log; the message is a sentence for the sender."""

    def __init__(self, reason: str, sentence: str, credential: ApiToken | AccessKey | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.credential = credential


def terms(label: str, scopes: Iterable[str], streams: Iterable[str], days: int, now: datetime) -> dict[str, Any]:
    """Returns the fields of a new credential. Raises ValueError for unknown scopes, wrong streams or a wrong life."""
    chosen = sorted(set(scopes))
    if not 1 <= days <= MOST_DAYS or not set(chosen) <= access.SCOPES.keys():
        raise ValueError(f"{days} days for {chosen}")
    expires = now + timedelta(days=days)
    return {"label": label, "scopes": chosen, "streams": access.limit(streams), "made": now, "expires": expires}


def facts(made: Credential) -> dict[str, Any]:
    """Returns the facts of the event that a credential was made."""
    told = {"label": made.label, "scopes": " ".join(made.scopes), "expires": f"{made.expires:%Y-%m-%d}"}
    return told | ({"streams": " ".join(made.streams)} if made.streams else {})


def valid(rows: QuerySet[Row], now: datetime) -> QuerySet[Row]:
    """Returns those that are neither revoked nor expired."""
    return rows.filter(lasting("expires", LONGEST, now), revoked=None)


def revoke(rows: QuerySet[Any], now: datetime) -> int:
    """Revokes the credentials. Returns the number that were not revoked before."""
    return rows.filter(revoked=None).update(revoked=now)


def has_valid(user: User, now: datetime) -> bool:
    """Returns whether the user has a valid token or access key."""
    return any(valid(rows, now).exists() for rows in _of(user))


def count(user: User) -> dict[str, int]:
    """Returns how many tokens and keys are not revoked, expired ones included, by noun."""
    nouns = ("API token", "access key")
    return {noun: rows.filter(revoked=None).count() for noun, rows in zip(nouns, _of(user), strict=True)}


def revoke_all(
    user: User,
    reason: str,
    now: datetime,
    request: HttpRequest | None = None,
    *,
    by: str = "",
    beyond: AbstractSet[str] = frozenset(),
) -> int:
    """Revokes the valid tokens and keys of a user that have a scope not in `beyond`, with one event for each kind.

    Without `beyond` those are all. Returns their number.
    """
    facts, numbers = {"by": by} if by else {}, list[int]()
    for event, rows in zip(("tokens.revoked", "access-keys.revoked"), _of(user), strict=True):
        numbers.append(number := revoke(rows.filter(pk__in=_beyond(rows, beyond, now)), now))
        if number:
            events.record(event, user=user, request=request, reason=reason, count=number, **facts)
    return sum(numbers)


def _beyond(rows: QuerySet[Any], scopes: AbstractSet[str], now: datetime) -> list[int]:
    """Returns the keys of the valid rows with a scope that is not one of these."""
    return [pk for pk, given in valid(rows, now).values_list("pk", "scopes") if not set(given) <= scopes]


def count_beyond(user: User, scopes: AbstractSet[str], now: datetime) -> int:
    """Returns how many valid tokens and keys of a user have a scope that is not one of these."""
    return sum(len(_beyond(rows, scopes, now)) for rows in _of(user))


def revoke_silently(user: User, now: datetime) -> None:
    """Revokes all tokens and keys of a user without an event: the deactivation has its own."""
    for rows in _of(user):
        revoke(rows, now)


def _of(user: User) -> tuple[QuerySet[Any], QuerySet[Any]]:
    return user.api_tokens.all(), user.access_keys.all()


def state(credential: Credential, owner: User, now: datetime) -> str:
    """Returns ACTIVE, REVOKED, EXPIRED, DEACTIVATED or the step that its owner must take first (factors.needed)."""
    if credential.revoked:
        return REVOKED
    if has_ended(credential.expires, LONGEST, now):
        return EXPIRED
    return (factors.needed(owner) or ACTIVE) if owner.is_active else DEACTIVATED


def sentence(found: str, credential: Credential, noun: str) -> str:
    """Returns a state other than ACTIVE as a sentence for the sender; `noun` is "token" or "access key"."""
    return {
        REVOKED: f"This {noun} has been revoked: make a new one.",
        EXPIRED: f"This {noun} expired on {credential.expires:%Y-%m-%d}: make a new one.",
        DEACTIVATED: f"The account of this {noun} is deactivated.",
    }.get(found, f"This {noun} rests: {found}. Its owner must sign in and see to that first.")


def note_use(credential: ApiToken | AccessKey, address: str | None, now: datetime) -> bool:
    """Writes down a use, at most once a minute for a known address. Returns whether the address is a further one."""
    is_new = address is not None and address not in credential.addresses
    if not is_new and credential.used and now - credential.used < USED_EVERY:
        return False
    addresses = [address, *credential.addresses][:REMEMBERED] if is_new else credential.addresses
    rows: QuerySet[Any] = type(credential)._default_manager.filter(pk=credential.pk)
    if not is_new:
        rows = rows.filter(Q(used=None) | Q(used__lte=now - USED_EVERY))
    rows.update(used=now, addresses=addresses)
    return is_new and bool(credential.addresses)
