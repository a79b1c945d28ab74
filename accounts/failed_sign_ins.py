"""Counts the failed sign-ins at an account since its last successful one, and tells its owner of them.

An attacker may fail a million times, so there is one row for an account and a kind of secret, and one event of the
history for a successful sign-in. A refused guess writes at most once a minute. docs/accounts.md describes it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, F, Q, QuerySet, Value, When

from accounts import events, humanize
from accounts.models import FailedSignIns, User
from accounts.throttle.rules import Kind

EVENT = "sign-in.failures"
QUIET = timedelta(minutes=1)  # between two writes about refused guesses
STRANGERS_LAST = timedelta(days=1)  # how long the counts of names without an account are kept


class Failures(NamedTuple):
    """Sums up failed sign-ins. `right`: those with the right password and a wrong second factor.

    `held`: whether others were refused, and their secrets were not looked at; they are not in `number`.
    """

    number: int
    right: int
    held: bool
    first_at: datetime
    last_at: datetime

    def sentence(self, now: datetime) -> str:
        """Returns the failures in words, for the page after the sign-in."""
        noun = "sign-in" if self.number == 1 else "sign-ins"
        ago = f"{humanize.span(now - self.last_at)} ago"
        if not self.number:
            return f"Sign-ins to your account were held up before this one, the last {ago}."
        right = f", {self.right} with the right password" if self.right else ""
        held = "; more were held up" if self.held else ""
        last = "the last " if self.number > 1 or self.held else ""
        return f"{self.number:,} {noun} to your account failed before this one{right}, {last}{ago}{held}."


def count(kind: Kind, owner: str, user: User | None, now: datetime) -> None:
    """Counts a failed sign-in. `owner` names the account, or the group of names without one, as buckets do."""
    _note(kind, owner, user, now, count=F("count") + 1)


def note_unseen(kind: Kind, owner: str, user: User | None, now: datetime) -> None:
    """Notes that a guess was refused unseen. Only reads if that was noted less than a minute ago."""
    if not FailedSignIns.objects.filter(pk=_key(kind, owner), held=True, last_at__gt=now - QUIET).exists():
        _note(kind, owner, user, now, held=True)


def _note(kind: Kind, owner: str, user: User | None, now: datetime, **change: Any) -> None:
    """Changes the row and its times. Executes the same statements for every name, so that none reveals an account.

    Each statement commits by itself: in one transaction, two processes would hold the row of a failed insert and wait
    for each other's update, which MariaDB ends as a deadlock.
    """
    row = FailedSignIns(key=_key(kind, owner), user=user, kind=kind, first_at=now, last_at=now)
    first = Case(When(count=0, held=False, then=Value(now)), default=F("first_at"))
    FailedSignIns.objects.bulk_create([row], ignore_conflicts=True)
    FailedSignIns.objects.filter(pk=row.pk).update(**{"first_at": first, "last_at": now} | change)


def _key(kind: Kind, owner: str) -> str:
    return f"{kind} {owner}"


def since_success(user: User) -> Failures | None:
    """Returns the failures since the last successful sign-in; None if there are none."""
    return _sum(_counted(user))


def settle(user: User) -> Failures | None:
    """Moves the failures into the history, at a successful sign-in, and returns them; None if there are none."""
    found = _sum([row for row in _counted(user) if _cleared(row)])
    if found is None:
        return None
    events.record(EVENT, user=user, request=None, **_facts(found))
    return found


def outlived(now: datetime, kept_since: datetime) -> QuerySet[FailedSignIns]:
    """Returns the counts that tell nobody anything more, and those older than the events of a history are kept."""
    passing = Q(user=None) | Q(count=0, held=False)
    return FailedSignIns.objects.filter(passing & Q(last_at__lt=now - STRANGERS_LAST) | Q(last_at__lt=kept_since))


def _counted(user: User) -> list[FailedSignIns]:
    return list(FailedSignIns.objects.filter(Q(count__gt=0) | Q(held=True), user=user))


def _cleared(row: FailedSignIns) -> bool:
    """Sets a count to zero. Returns False if it has changed since it was read: then it stays for the next sign-in."""
    same = FailedSignIns.objects.filter(pk=row.pk, count=row.count, held=row.held, last_at=row.last_at)
    return bool(same.update(count=0, held=False))


def _sum(rows: list[FailedSignIns]) -> Failures | None:
    if not rows:
        return None
    return Failures(
        number=sum(row.count for row in rows),
        right=sum(row.count for row in rows if row.kind == Kind.CODE),
        held=any(row.held for row in rows),
        first_at=min(row.first_at for row in rows),
        last_at=max(row.last_at for row in rows),
    )


def _facts(found: Failures) -> dict[str, events.Fact]:
    several = found.first_at != found.last_at
    return {
        "count": found.number or None,
        "right": found.right or None,
        "held": "more were held up" if found.held else None,
        "first": _moment(found.first_at) if several else None,
        "last": _moment(found.last_at),
    }


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
