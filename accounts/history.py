"""Returns an account's history in plain words, and the notices that its owner has not acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from accounts import humanize
from accounts.client import SESSION_ID
from accounts.event_types import CATALOGUE, FACTS

if TYPE_CHECKING:  # this module is imported before the models can be
    from datetime import datetime

    from django.contrib.sessions.backends.base import SessionBase
    from django.db.models import QuerySet

    from accounts.models import SecurityEvent, User


class Line(NamedTuple):
    """Is an event as the history shows it. `details`: its facts, as "with passkey"; `device`: as "Firefox on Linux"."""

    at: datetime
    what: str
    details: str
    address: str
    device: str
    notice: bool


def of(user: User) -> QuerySet[SecurityEvent]:
    """Returns all events of a user, newest first."""
    return user.security_events.order_by("-pk")


def unacknowledged(user: User, session: SessionBase | None = None) -> QuerySet[SecurityEvent]:
    """Returns the notices that the user has not acknowledged, newest first.

    The notices that `session` itself caused are left out. A session cannot dismiss a notice about its own actions, and
    the owner needs no notice of them there. Other sessions and the history show them.
    """
    notices = of(user).filter(notice=True, seen_at=None)
    own = session.get(SESSION_ID) if session is not None else None
    return notices.filter(Q(session=None) | ~Q(session=own)) if own else notices


def acknowledge(user: User, session: SessionBase, up_to: int, now: datetime) -> int:
    """Marks the unseen notices shown to `session` as seen, up to the event `up_to`. Returns their number."""
    return unacknowledged(user, session).filter(pk__lte=up_to).update(seen_at=now)


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
    """Returns the facts as text, in the order of FACTS, because PostgreSQL reorders the keys of JSON.

    The reason "staff" is left out beside the member of staff who did it.
    """
    if facts.get("reason") == "staff" and facts.get("by"):
        facts = facts | {"reason": None}
    return [words.format(facts[name]) for name, words in FACTS.items() if facts.get(name) is not None]
