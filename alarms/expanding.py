"""Makes of each notice one message for each target that is to be told, in the order in which notices were made.

Messages and the mark on the notice are written in one transaction, and names are unique: a process that is killed at
any time leaves a notice either untouched or done. One process expands at a time, so that messages have the order of
the notices.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Min, Q

from alarms import channels
from alarms.duty import on_duty
from alarms.letters import ESCALATED, FIRING, RESOLVED
from alarms.matching import Call, Hush, Told, Verdict, Wish, judge
from alarms.models import Attempt, DutyTurn, Message, Notice, Silence, Subscription, Target
from alarms.silencing import clear_with, words
from common.database_errors import again_if_locked
from common.text import cut

MOST = 500  # notices of a transaction
MOST_UNTOLD = 50  # reasons that a notice keeps
NOBODY = "No subscription is about this rule and key."
COUNTED = (Message.WAITING, Message.DELIVERED, Message.FAILED, Message.DROPPED)  # of targets that were told


def message_name(notice: str, target: int) -> str:
    """Returns the idempotency key of a notice for a target: the same for ever, whichever process makes the message."""
    return hashlib.sha256(f"{notice}:{target}".encode()).hexdigest()


class Expansion:
    """Expands the notices that wait. `now` gives the time."""

    def __init__(self, now: Callable[[], datetime], most: int = MOST) -> None:
        self._now = now
        self._most = most

    def step(self) -> bool:
        """Expands up to `most` notices; returns whether there was one."""
        if not Notice.objects.filter(expanded=None).exists():  # no lock where there is nothing to do
            return False
        return _expand(self._now(), self._most)


@again_if_locked
def _expand(now: datetime, most: int) -> bool:
    with transaction.atomic():
        waiting = Notice.objects.filter(expanded=None).order_by("id")
        first = waiting.select_for_update().first()  # a second process waits here, and then sees what this one wrote
        if first is None:
            return False
        notices = list(waiting.select_related("episode")[:most])
        facts = _Facts(notices, now)
        messages: list[Message] = []
        for notice in notices:
            verdict = judge(facts.call(notice), facts.wishes, facts.hushes, facts.duty, facts.told(notice), now)
            facts.remember(notice, verdict)
            messages += facts.messages(notice, verdict)
            notice.expanded = now
            notice.untold = _reasons(verdict)
        _store(messages, now)
        _mark(notices, now)
        _count_swallowed(messages, facts)
        for notice in notices:
            if notice.kind == RESOLVED:
                clear_with(notice.episode, now)
    return True


class _Facts:
    """Reads in a few queries all that decides about a batch of notices."""

    def __init__(self, notices: list[Notice], now: datetime) -> None:
        self._now = now
        episodes = {each.episode_id for each in notices}
        rules = {each.episode.rule_id for each in notices}
        about = Q(rule=None) | Q(rule__in=rules)
        self.wishes = [
            _wish(each) for each in Subscription.objects.filter(about).select_related("target").order_by("id")
        ]
        self._channels = dict(
            Target.objects.filter(id__in={each.target for each in self.wishes}).values_list("id", "channel")
        )
        in_force = Silence.objects.filter(about, ended=None, since__lte=now).filter(Q(until=None) | Q(until__gt=now))
        self.hushes = [Hush(each.pk, each.rule_id, each.key, words(each)) for each in in_force]
        lists = {each.duty for each in self.wishes if each.duty}
        self.duty = on_duty(DutyTurn.objects.filter(duty__in=lists), now) if lists else set()
        self._told: defaultdict[int, Told] = defaultdict(Told)
        self._began: dict[int, datetime] = {}
        if any(each.kind != FIRING for each in notices):
            self._read_before(episodes)
        self.silences: dict[str, int] = {}  # by the names of messages that a silence held back

    def _read_before(self, episodes: set[int]) -> None:
        sent = Message.objects.filter(notice__episode__in=episodes, state__in=COUNTED, target__isnull=False)
        for episode, target, kind in sent.values_list("notice__episode", "target", "notice__kind"):
            self._tell(episode, target, kind)
        firsts = Notice.objects.filter(episode__in=episodes).values_list("episode").annotate(first=Min("made"))
        self._began = dict(firsts)

    def _tell(self, episode: int, target: int, kind: str) -> None:
        self._told[episode].told.add(target)
        if kind == ESCALATED:
            self._told[episode].escalated.add(target)

    def call(self, notice: Notice) -> Call:
        episode = notice.episode
        began = self._began.get(episode.pk, notice.made)
        by = episode.acknowledged_by or "somebody" if episode.acknowledged else ""
        over = episode.ended is not None
        return Call(notice.kind, episode.rule_id, episode.key, episode.severity, began, over, by)

    def told(self, notice: Notice) -> Told:
        return self._told[notice.episode_id]

    def remember(self, notice: Notice, verdict: Verdict) -> None:
        for target in verdict.sent:
            self._tell(notice.episode_id, target, notice.kind)

    def messages(self, notice: Notice, verdict: Verdict) -> Iterable[Message]:
        """Yields the messages of a verdict. One of an instant channel is delivered by being stored."""
        for target, name in verdict.sent.items():
            message = self._message(notice, target, name)
            if channels.named(self._channels[target]).instant:
                message.state, message.done, message.attempts = Message.DELIVERED, self._now, 1
            yield message
        for target, (name, why, silence) in verdict.held.items():
            message = self._message(notice, target, name)
            message.state = Message.DROPPED if silence is None else Message.SILENCED
            message.why, message.done = cut(why, 200), self._now
            if silence is not None:
                self.silences[message.name] = silence
            yield message

    def _message(self, notice: Notice, target: int, name: str) -> Message:
        key = message_name(notice.name, target)
        now = self._now
        return Message(notice=notice, target_id=target, target_name=name, name=key, due=now, made=now)


def _wish(row: Subscription) -> Wish:
    target = row.target
    action = channels.named(target.channel).action
    return Wish(
        target.pk,
        target.name,
        row.rule_id,
        row.key,
        row.least,
        row.resolved,
        row.after,
        row.duty,
        target.enabled,
        action,
    )


def _reasons(verdict: Verdict) -> str:
    reasons = verdict.untold[:MOST_UNTOLD]
    if not verdict.sent and not verdict.held and not reasons:
        reasons = [NOBODY]
    return json.dumps(reasons) if reasons else ""


def _store(messages: list[Message], now: datetime) -> None:
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    instant = [each.name for each in messages if each.state == Message.DELIVERED]
    if instant:
        rows = Message.objects.filter(name__in=instant).values_list("pk", flat=True)
        shown = [Attempt(message_id=row, at=now, took=0, good=True, answer="Shown on this site.") for row in rows]
        Attempt.objects.bulk_create(shown)


def _mark(notices: list[Notice], now: datetime) -> None:
    """Marks notices as expanded: those without reasons in one statement."""
    plain = [each.pk for each in notices if not each.untold]
    Notice.objects.filter(pk__in=plain).update(expanded=now)
    Notice.objects.bulk_update([each for each in notices if each.untold], ["expanded", "untold"], batch_size=200)


def _count_swallowed(messages: list[Message], facts: _Facts) -> None:
    counts: defaultdict[int, int] = defaultdict(int)
    for each in messages:
        if each.name in facts.silences:
            counts[facts.silences[each.name]] += 1
    for silence, count in counts.items():
        Silence.objects.filter(pk=silence).update(swallowed=F("swallowed") + count)
