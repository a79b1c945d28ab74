"""Makes a notice for each episode that nobody acknowledged for as long as a subscription waits. It happens once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from alarms.letters import ESCALATED, FIRING
from alarms.models import Notice, Subscription
from alarms.queues import pull_back
from alarms.silencing import expire

EVERY = timedelta(seconds=2)  # between looks
MOST = 500


class Escalation:
    """Looks every EVERY for episodes to escalate, silences that are over, and times that a clock left far ahead."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._next: datetime | None = None

    def step(self) -> bool:
        """Returns whether a notice was made, a silence ended or a message became due."""
        now = self._now()
        # After a clock that was set back, the next look is at once.
        if self._next is not None and self._next - EVERY <= now < self._next:
            return False
        self._next = now + EVERY
        return expire(now) | escalate(now) | pull_back(now)


def escalate(now: datetime) -> bool:
    """Makes the notices that are due; returns whether there was one."""
    waits = Subscription.objects.filter(after__isnull=False, target__enabled=True).values_list("after", "rule", "key")
    made = 0
    for after, rule, key in sorted(set(waits), key=str):
        made += _escalate(int(after or 0), rule, key, now)
    return made > 0


def _escalate(after: int, rule: int | None, key: str, now: datetime) -> int:
    about = Q(episode__ended=None, episode__acknowledged=None)
    if rule is not None:
        about &= Q(episode__rule=rule)
    if key:
        about &= Q(episode__key=key)
    due = Notice.objects.filter(about, kind=FIRING, made__lte=now - timedelta(minutes=after), expanded__isnull=False)
    rows = due.order_by("id").values_list("episode", "value", "at", "episode__name")
    found = {_name(name, after): (episode, value, at) for episode, value, at, name in rows}
    done = set(Notice.objects.filter(about, kind=ESCALATED).values_list("name", flat=True))
    new = [name for name in found if name not in done][:MOST]
    notices = [
        Notice(name=name, episode_id=found[name][0], kind=ESCALATED, value=found[name][1], at=found[name][2], made=now)
        for name in new
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def _name(episode: str, after: int) -> str:
    return hashlib.sha256(f"{episode}:escalated:{after}".encode()).hexdigest()
