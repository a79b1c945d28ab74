"""Decides which targets a notice goes to: pure, from subscriptions, silences and the messages before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alarms.letters import AGAIN, ESCALATED, FIRING, RESOLVED
from alarms.spec import SEVERITIES


@dataclass(frozen=True, slots=True)
class Call:
    """Holds the facts of a notice and its episode that decide."""

    id: int
    name: str
    kind: str
    episode: int
    rule: int
    key: str
    severity: str
    made: datetime
    over: bool  # whether the episode has ended
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class Wish:
    """Holds one subscription."""

    target: int
    target_name: str
    rule: int | None
    key: str
    least: str
    resolved: bool
    after: int | None
    duty: str
    enabled: bool = True
    action: bool = False  # the target's channel acts: it is called when an episode begins and when it ends


@dataclass(frozen=True, slots=True)
class Hush:
    """Holds one silence that is in force."""

    id: int
    rule: int | None
    key: str
    words: str


@dataclass(slots=True)
class Told:
    """Holds the targets that were told of one episode, and those that were told by escalation."""

    told: set[int] = field(default_factory=set)
    escalated: set[int] = field(default_factory=set)
    began: datetime | None = None  # when the episode's first notice was made, by the database's clock


@dataclass(frozen=True, slots=True)
class Verdict:
    """Holds the decision on a notice: the targets, those that a silence or a switch held back, and the reasons."""

    sent: dict[int, str]  # names by ids
    held: dict[int, tuple[str, str, int | None]]  # by id: name, reason, id of the silence
    untold: list[str]


def fits(rule: int | None, key: str, call: Call) -> bool:
    """Returns whether a subscription or a silence of this rule and key is about the call."""
    return rule in (None, call.rule) and key in ("", call.key)


def judge(
    call: Call, wishes: Iterable[Wish], hushes: Sequence[Hush], duty: set[tuple[str, int]], before: Told, now: datetime
) -> Verdict:
    """Returns the verdict on a notice. A target that two subscriptions name is told once."""
    sent: dict[int, str] = {}
    held: dict[int, tuple[str, str, int | None]] = {}
    untold: list[str] = []
    for wish in wishes:
        if wish.target in sent or not fits(wish.rule, wish.key, call):
            continue
        why = _against(call, wish, duty, before, now)
        if why:
            untold.append(f"{wish.target_name}: {why}")
        elif not wish.enabled:
            held[wish.target] = (wish.target_name, "The target is switched off.", None)
        elif call.kind != RESOLVED and (hush := next((h for h in hushes if fits(h.rule, h.key, call)), None)):
            held[wish.target] = (wish.target_name, hush.words, hush.id)
        else:
            sent[wish.target] = wish.target_name
    return Verdict(sent, {each: what for each, what in held.items() if each not in sent}, untold)


def _against(call: Call, wish: Wish, duty: set[tuple[str, int]], before: Told, now: datetime) -> str:
    """Returns the reason for which a subscription does not want this notice, or ""."""
    told = wish.target in before.told
    if SEVERITIES.index(call.severity) < SEVERITIES.index(wish.least):
        return f"{call.severity} is less than {wish.least}"
    if call.kind == RESOLVED:
        if not wish.resolved:
            return "it does not want to be told of the end"
        return "" if told else "it was not told of the beginning"
    if call.kind != FIRING and call.acknowledged_by:
        return f"acknowledged by {call.acknowledged_by}"
    if call.kind == AGAIN and wish.action:
        return "an action is called once an episode"
    if wish.duty and (wish.duty, wish.target) not in duty:
        return f"not on duty in {wish.duty}"
    if call.kind == ESCALATED:
        return _against_escalation(call, wish, before, now)
    if wish.after is not None and not told and (call.kind == FIRING or _is_early(call, wish.after, before, now)):
        return f"told only after {wish.after} min without acknowledgement"
    return ""


def _is_early(call: Call, after: int, before: Told, now: datetime) -> bool:
    return now - (before.began or call.made) < timedelta(minutes=after)


def _against_escalation(call: Call, wish: Wish, before: Told, now: datetime) -> str:
    if wish.after is None:
        return "told at once, not by escalation"
    if call.over:
        return "the episode ended before the escalation"
    if _is_early(call, wish.after, before, now):
        return f"told only after {wish.after} min without acknowledgement"
    return "told by an escalation before" if wish.target in before.escalated else ""
