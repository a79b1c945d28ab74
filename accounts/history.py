"""What happened to an account, in words for its owner; and what they have not yet said that they saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from accounts import humanize
from accounts.client import SESSION_ID
from accounts.event_types import CATALOGUE, FACTS

if TYPE_CHECKING:  # this module is loaded before the models are
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

    from accounts.models import SecurityEvent, User


class Line(NamedTuple):
    """An event as the history shows it. `details`: its facts, as "with passkey"; `device`: as "Firefox on Linux"."""

    at: datetime
    what: str
    details: str
    address: str
    device: str
    notice: bool


def of(user: User) -> QuerySet[SecurityEvent]:
    """All of a person's events, newest first."""
    return user.security_events.order_by("-pk")


def unseen(user: User, session: SessionBase | None = None) -> QuerySet[SecurityEvent]:
    """The notices that their owner has not acknowledged, newest first.

    Those of `session` itself are left out: whoever did something does not get to wave its notice through, and its
    owner needs no word of it. Another session, and the history, show it.
    """
    found = of(user).filter(notice=True, seen_at=None)
    own = session.get(SESSION_ID) if session is not None else None
    return found.filter(Q(session=None) | ~Q(session=own)) if own else found


def acknowledge(user: User, session: SessionBase, up_to: int, now: datetime) -> int:
    """Marks as seen what `session` was shown: its unseen notices up to the event `up_to`. Returns how many."""
    return unseen(user, session).filter(pk__lte=up_to).update(seen_at=now)


def line(event: SecurityEvent) -> Line:
    known = CATALOGUE.get(event.name)  # None: of a version before or after this one
    return Line(
        at=event.at,
        what=known.words if known else event.name,
        details=", ".join(_details(event.facts)),
        address=event.address or "",
        device=humanize.device(event.device) if event.device else "",
        notice=event.notice,
    )


def _details(facts: dict[str, Any]) -> list[str]:
    """In the order of FACTS: PostgreSQL keeps the facts in one of its own."""
    return [words.format(facts[name]) for name, words in FACTS.items() if facts.get(name) is not None]
