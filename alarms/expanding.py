"""Makes of each notice one message for each target that is to be told, in the order in which notices were made.

Messages and the mark on the notice are written in one transaction, and names are unique: a process that is killed at
any time leaves a notice either untouched or done. One process expands at a time, so that messages have the order of
the notices.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from alarms import channels
from alarms.duty import on_duty
from alarms.jobs import PLAIN, TIMES, Facts, Known, facts
from alarms.letters import ESCALATED, FIRING, RESOLVED
from alarms.matching import Call, Hush, Told, Verdict, Wish, judge
from alarms.models import Attempt, DutyTurn, Message, Notice, Silence, Subscription
from alarms.queues import ATTEMPT
from alarms.silencing import clear_with, words
from alarms.storing import TOPIC
from common.database_errors import again_if_locked
from common.text import cut
from dashboard.quick_times import moment_of, quick_time
from streams.models.progress import announce
from streams.models.statements import insert, update

MOST = 500  # notices of a transaction
MOST_UNTOLD = 50  # reasons that a notice keeps
NOBODY = "No subscription is about this rule and key."
COUNTED = (Message.WAITING, *Message.DONE, Message.FAILED, Message.DROPPED)  # of targets that were told


def message_name(notice: str, target: int) -> str:
    """Returns the idempotency key of a notice for a target: the same for ever, whichever process makes the message."""
    return hashlib.sha256(f"{notice}:{target}".encode()).hexdigest()


class Expansion:
    """Expands the notices that wait. `now` gives the time; `known` takes facts for those that send the messages."""

    def __init__(self, now: Callable[[], datetime], known: Known | None = None, most: int = MOST) -> None:
        self._now = now
        self._known = known or Known()
        self._most = most
        self.touched: set[int] = set()  # targets for which the last step made messages

    def step(self) -> bool:
        """Expands up to `most` notices; returns whether there was one."""
        if not Notice.objects.filter(expanded=None).exists():  # no lock where there is nothing to do
            self.touched = set()
            return False
        messages, about = _expand(self._now(), self._most)
        self.touched = {each.target for each in messages}
        for each in messages:
            if each.state == Message.WAITING:
                self._known.add(each.target, each.name, each.made, about[each.notice])
        return bool(about)


def queue() -> QuerySet[Notice]:
    """Returns the notices that wait, in the order of ids.

    Both columns of the index are named: otherwise PostgreSQL goes through all notices by their ids, which takes 0.1 to
    0.2 s for 200,000 of them.
    """
    return Notice.objects.filter(expanded=None).order_by("expanded", "id")


@again_if_locked
def _expand(now: datetime, most: int) -> tuple[list[_Row], dict[int, Facts]]:
    """Returns the messages that were made, and the facts of notices by id."""
    with transaction.atomic():
        waiting = queue()
        # A second process waits here, and then sees what this one wrote.
        if waiting.select_for_update().values_list("pk").first() is None:
            return [], {}
        rows = waiting.values_list(*_FIELDS, quick_time("made"), *PLAIN, *map(quick_time, TIMES))[:most]
        calls = [_call(row[: len(_FIELDS) + 1]) for row in rows]
        about = {row[0]: facts(row[len(_FIELDS) + 1 :]) for row in rows}
        before = _Before(calls, now)
        messages: list[_Row] = []
        plain: list[tuple[int, str]] = []
        told: list[tuple[int, str]] = []
        for call in calls:
            verdict = judge(call, before.wishes(call), before.hushes, before.duty, before.told(call), now)
            before.remember(call, verdict)
            messages += before.messages(call, verdict)
            reasons = _reasons(verdict)
            (told if reasons else plain).append((call.id, reasons))
        _store(messages, now)
        _mark(plain, told, now)
        _end_silences(calls, messages, now)
        announce(TOPIC)
    return messages, about


_FIELDS = (
    "id",
    "name",
    "kind",
    "episode",
    "episode__rule",
    "episode__key",
    "episode__severity",
    "episode__ended",
    "episode__acknowledged",
    "episode__acknowledged_by",
)


def _call(row: Sequence[Any]) -> Call:
    (number, name, kind, episode, rule, key, severity, ended, acknowledged, by, made) = row
    by = (by or "somebody") if acknowledged else ""
    return Call(number, name, kind, episode, rule, key, severity, moment_of(made), ended is not None, by)


class _Row(NamedTuple):
    """Holds a message that is to be stored, in the order of _COLUMNS, and the silence that held it back."""

    notice: int
    target: int
    target_name: str
    name: str
    state: str
    why: str
    attempts: int
    due: datetime
    made: datetime
    done: datetime | None
    silence: int | None = None


_COLUMNS = ("notice", "target", "target_name", "name", "state", "why", "attempts", "due", "made", "done")


class _Before:
    """Reads in a few queries all that decides about a batch of notices."""

    def __init__(self, calls: list[Call], now: datetime) -> None:
        self._now = now
        about = Q(rule=None) | Q(rule__in={each.rule for each in calls})
        self._wishes: defaultdict[tuple[int | None, str], list[Wish]] = defaultdict(list)
        self._about: dict[tuple[int, str], list[Wish]] = {}
        self._instant: set[int] = set()
        lists = set()
        for row in Subscription.objects.filter(about).select_related("target").order_by("id"):
            self._wishes[row.rule_id, row.key].append(_wish(row))
            lists.add(row.duty)
            if channels.named(row.target.channel).instant:
                self._instant.add(row.target_id)
        in_force = Silence.objects.filter(about, ended=None, since__lte=now).filter(Q(until=None) | Q(until__gt=now))
        self.hushes = [Hush(each.pk, each.rule_id, each.key, words(each)) for each in in_force]
        self.duty = on_duty(DutyTurn.objects.filter(duty__in=lists - {""}), now) if lists - {""} else set()
        self._told: defaultdict[int, Told] = defaultdict(Told)
        if any(each.kind != FIRING for each in calls):
            self._read_before({each.episode for each in calls})

    def _read_before(self, episodes: set[int]) -> None:
        sent = Message.objects.filter(notice__episode__in=episodes, state__in=COUNTED, target__isnull=False)
        for episode, target, kind in sent.values_list("notice__episode", "target", "notice__kind"):
            self._tell(episode, int(target or 0), kind)
        firsts = Notice.objects.filter(episode__in=episodes).values_list("episode").annotate(first=Min("made"))
        for episode, first in firsts:
            self._told[episode].began = first

    def _tell(self, episode: int, target: int, kind: str) -> None:
        self._told[episode].told.add(target)
        if kind == ESCALATED:
            self._told[episode].escalated.add(target)

    def wishes(self, call: Call) -> list[Wish]:
        """Returns the subscriptions about a rule and a key, without a look at the others."""
        about = self._about.get((call.rule, call.key))
        if about is None:
            places = {(call.rule, call.key), (call.rule, ""), (None, call.key), (None, "")}
            about = [wish for place in sorted(places, key=str) for wish in self._wishes.get(place, ())]
            self._about[call.rule, call.key] = about
        return about

    def told(self, call: Call) -> Told:
        return self._told[call.episode]

    def remember(self, call: Call, verdict: Verdict) -> None:
        for target in verdict.sent:
            self._tell(call.episode, target, call.kind)

    def messages(self, call: Call, verdict: Verdict) -> Iterable[_Row]:
        """Yields the messages of a verdict. One of an instant channel is delivered by being stored."""
        now = self._now
        for target, name in verdict.sent.items():
            key = message_name(call.name, target)
            if target in self._instant:
                yield _Row(call.id, target, name, key, Message.DELIVERED, "", 1, now, now, now)
            else:
                yield _Row(call.id, target, name, key, Message.WAITING, "", 0, now, now, None)
        for target, (name, why, silence) in verdict.held.items():
            key = message_name(call.name, target)
            state = Message.DROPPED if silence is None else Message.SILENCED
            yield _Row(call.id, target, name, key, state, cut(why, 200), 0, now, now, now, silence)


def _wish(row: Subscription) -> Wish:
    target = row.target
    terms = (row.rule_id, row.key, row.least, row.resolved, row.after, row.duty)
    return Wish(target.pk, target.name, *terms, enabled=target.enabled, action=channels.named(target.channel).action)


def _reasons(verdict: Verdict) -> str:
    reasons = verdict.untold[:MOST_UNTOLD]
    if not verdict.sent and not verdict.held and not reasons:
        reasons = [NOBODY]
    return json.dumps(reasons) if reasons else ""


def _store(messages: list[_Row], now: datetime) -> None:
    insert(Message, _COLUMNS, (each[:-1] for each in messages), ignore=True)
    shown = [each.name for each in messages if each.state == Message.DELIVERED]
    for first in range(0, len(shown), 500):
        rows = Message.objects.filter(name__in=shown[first : first + 500], tries=None).values_list("pk", flat=True)
        insert(Attempt, ATTEMPT, [(row, now, 0, True, "Shown on this site.") for row in rows])


def _mark(plain: list[tuple[int, str]], told: list[tuple[int, str]], now: datetime) -> None:
    """Marks notices as expanded: those without reasons in one statement."""
    update(Notice, {}, {"expanded": now}, ids=[each for each, _ in plain])
    for number, reasons in told:
        Notice.objects.filter(pk=number).update(expanded=now, untold=reasons)


def _end_silences(calls: list[Call], messages: list[_Row], now: datetime) -> None:
    """Counts the messages that silences held back, and ends the silences that hold until an episode clears."""
    for silence, count in Counter(each.silence for each in messages if each.silence is not None).items():
        Silence.objects.filter(pk=silence).update(swallowed=F("swallowed") + count)
    over = [each for each in calls if each.kind == RESOLVED]
    if over and Silence.objects.filter(ended=None, until=None).exists():
        for call in over:
            clear_with(call.episode, call.rule, call.key, now)
