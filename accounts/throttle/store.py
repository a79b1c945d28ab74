"""Keeps the buckets in the database: they are right with any number of processes, and after a restart.

A guess is reserved before it is checked: the reservation is a failure from the start, and is taken back when the check
succeeds. So 200 guesses at once count like 200 in a row, and a guess counts even if its process is killed.
The transactions are short; no hash is computed in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from math import inf
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from msgspec import Struct

from accounts import keyrings
from accounts.models import Bucket, User
from accounts.throttle import rules
from accounts.throttle.rules import Kind, Scope, State

DAY = 86400.0
DEVICE_LASTS = 180 * DAY  # seconds, from the last sign-in on the device


class Target(Struct, frozen=True, dict=True):
    """Identifies a bucket. `owner`: the account, device or address, as text that the caller makes."""

    kind: Kind
    scope: Scope
    owner: str
    user_id: int | None = None

    @cached_property
    def key(self) -> str:
        return keyrings.digest("throttle", f"{self.kind} {self.scope} {self.owner}")

    @cached_property
    def rule(self) -> rules.Rule:
        return rules.rule(self.kind, self.scope)


class Refusal(Struct, frozen=True):
    """Says that no guess is allowed now. `until`: seconds since 1970, or inf."""

    until: float


class Reservation(Struct, frozen=True):
    """Holds one guess, counted as a failure unless it succeeds."""

    targets: Sequence[Target]
    at: float

    def succeed(self) -> None:
        """Forgets the failures: all of the account's bucket, but only this one of the address's bucket.

        Otherwise signing in to one's own account would buy more guesses at another account.
        """
        _change(self.targets, lambda states: list(map(self._settled, self.targets, states)))

    def _settled(self, target: Target, state: State) -> State:
        return rules.without_failure(state, self.at) if target.scope == Scope.ADDRESS else State()


def reserve(targets: Iterable[Target], now: float) -> Reservation | Refusal:
    """Counts a guess in each of the buckets if all have one left. A refused guess is counted in none."""
    ordered = sorted(targets, key=lambda target: list(Scope).index(target.scope))
    until = _free_at(ordered, _states(ordered), now)
    if until > now:
        return Refusal(until)  # read without a lock: a refused flood writes nothing

    def count(states: list[State]) -> list[State] | None:
        nonlocal until
        until = _free_at(ordered, states, now)
        if until > now:
            return None
        pairs = zip(ordered, states, strict=True)
        return [rules.failed(each.rule, rules.without_future(each.rule, state, now), now) for each, state in pairs]

    return Reservation(ordered, now) if _change(ordered, count) else Refusal(until)


def open_again(user: User) -> None:
    """Opens the buckets that were closed for good, after the owner has signed in. Only reads if none is closed."""
    closed = Bucket.objects.filter(user=user, scope=Scope.UNTRUSTED, streak__gte=rules.MOST)
    for kind in closed.values_list("kind", flat=True):
        target = of_account(Kind(kind), user)
        _change([target], lambda states: [rules.UNTRUSTED.opened(state) for state in states])


def of_account(kind: Kind, user: User) -> Target:
    """Returns the bucket of devices that the account does not know."""
    return Target(kind, Scope.UNTRUSTED, f"user {user.pk}", user.pk)


def clear(user: User) -> int:
    """Forgets the failures at an account, on known devices and on all others. Returns the number of buckets."""
    return Bucket.objects.filter(user=user).delete()[0]


class Count(NamedTuple):
    """Holds the failures of one bucket of an account. `until`: time of the next guess; inf for never, -inf for now."""

    user: str
    kind: str
    scope: str
    failures: int
    until: float


def counts(now: float, user: User | None = None) -> list[Count]:
    """Returns the failures of one account or of all, the highest first.

    Buckets of addresses are left out: their keys are digests, so no address can be read from them.
    """
    rows = Bucket.objects.filter(streak__gt=0, **({"user": user} if user else {"user__isnull": False}))
    return [
        Count(
            row.user.get_username() if row.user else "",
            row.kind,
            row.scope,
            row.streak,
            _free_at([_target(row)], [_state(row)], now),
        )
        for row in rows.select_related("user").order_by("-streak", "key")
    ]


def outlived(now: float) -> QuerySet[Bucket]:
    """Returns the buckets that delay no guess and may be forgotten.

    An account's own count of consecutive failures is kept as long as the account, a device's as long as the device.
    """
    passing = Q(scope=Scope.ADDRESS) | Q(kind=Kind.RESET) | Q(user=None) | Q(streak=0)
    outlived = Q(scope=Scope.DEVICE, last__lt=now - DEVICE_LASTS)
    return Bucket.objects.filter(passing & Q(last__lt=now - DAY) | outlived)


def _target(row: Bucket) -> Target:
    return Target(Kind(row.kind), Scope(row.scope), "")


def _states(targets: Sequence[Target]) -> list[State]:
    rows = Bucket.objects.in_bulk([target.key for target in targets])
    return [_state(rows[target.key]) if target.key in rows else State() for target in targets]


def _state(row: Bucket) -> State:
    return State(row.streak, tuple(row.recent))


def _free_at(targets: Sequence[Target], states: Sequence[State], now: float) -> float:
    rules_of = [target.rule for target in targets]
    known = zip(rules_of, states, strict=True)
    return max((rule.free_at(rules.without_future(rule, state, now)) for rule, state in known), default=-inf)


def _change(targets: Sequence[Target], change: Callable[[list[State]], list[State] | None]) -> bool:
    """Reads the states and writes the changed ones in one locked transaction. Returns False if the change is None."""
    # durable: no longer transaction around it holds the rows while a hash is computed
    with transaction.atomic(durable=True):
        _upsert(targets, [State()] * len(targets), ["kind"])  # makes missing rows and locks all before the read
        after = change(_states(targets))
        if after is not None:
            _upsert(targets, after, ["streak", "recent", "last"])
    return after is not None


def _upsert(targets: Sequence[Target], states: Sequence[State], fields: list[str]) -> None:
    """Writes all rows in one statement that locks in the order given, on SQLite, PostgreSQL and MariaDB alike."""
    options: dict[str, Any] = {"update_conflicts": True, "update_fields": fields}
    if connection.features.supports_update_conflicts_with_target:  # MariaDB takes any unique key
        options["unique_fields"] = ["key"]
    Bucket.objects.bulk_create(map(_row, targets, states), **options)


def _row(target: Target, state: State) -> Bucket:
    return Bucket(
        key=target.key,
        kind=target.kind,
        scope=target.scope,
        user_id=target.user_id,
        streak=state.streak,
        recent=list(state.recent),
        last=max(state.recent, default=0.0),
    )
