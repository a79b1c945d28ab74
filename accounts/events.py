"""Records security events: one line of JSON each in the log, and a row in the history of the user's account."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts import client
from accounts.event_types import CATALOGUE

if TYPE_CHECKING:  # this module is imported before the models can be
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest

    from accounts.client import Origin
    from accounts.models import SecurityEvent, User

Fact = str | int | bool | None

log = logging.getLogger("millrace.security")
LONGEST = 200  # characters of a fact


class Line(dict[str, Any]):
    """Holds the fields of an event. The formatter of all logs writes them as one line (monitoring/logs.py)."""

    def __str__(self) -> str:
        """Returns JSON in ASCII: always one line, and no name or device in it can send a command to a terminal."""
        return json.dumps(self, ensure_ascii=True)


def record(
    name: str, *, user: User | None = None, request: HttpRequest | Origin | None = None, **facts: Fact
) -> SecurityEvent | None:
    """Writes the event to the log and, for a user and a type that is kept, to the user's history.

    The line is written at once; the row belongs to the transaction of the caller. With the fact `by`, somebody else
    did it, so the row does not show the address to the account's owner. A thread that outlives the request passes the
    request's Origin, because a server empties the request after its answer. Raises ValueError for a name or a fact that
    event_types.py does not define, so that nothing unreviewed is written.
    """
    event = CATALOGUE.get(name)
    if event is None or not facts.keys() <= set(event.facts):
        raise ValueError(f"accounts/event_types.py has no {name!r} with the facts {sorted(facts)}.")
    now, facts = timezone.now(), {key: _short(value) for key, value in facts.items()}
    origin = request if isinstance(request, client.Origin) else client.of(request)
    log.info(_line(now, name, user, origin, facts))
    if user is None or not event.kept:
        return None
    where = client.NOWHERE if "by" in facts else origin
    return user.security_events.create(
        at=now, name=name, facts=facts, notice=event.calls_for_notice(facts), **where.stored()
    )


@contextmanager
def told_last() -> Iterator[None]:
    """Writes the lines of the log after everything that a command says in the meantime: a person reads that first."""
    held: list[logging.LogRecord] = []

    def hold(line: logging.LogRecord) -> bool:
        held.append(line)
        return False

    log.addFilter(hold)
    try:
        yield
    finally:
        log.removeFilter(hold)
        sys.stdout.flush()
        for line in held:
            log.handle(line)


def _short(value: Fact) -> Fact:
    return value[:LONGEST] if isinstance(value, str) else value


def _line(now: datetime, name: str, user: User | None, origin: Origin, facts: dict[str, Fact]) -> Line:
    line: dict[str, Any] = {"at": now.isoformat(timespec="milliseconds"), "event": name}
    if user is not None:
        line |= {"user": user.pk, "name": user.get_username()}
    line |= {key: value for key, value in origin.stored().items() if value}
    if origin.request:
        line["request"] = origin.request
    return Line(line | facts)
